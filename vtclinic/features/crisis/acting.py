"""What therapists do with a task: take it, hand it over, write down what they did, close it."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import func, select

from vtclinic.core import clock
from vtclinic.core.audit import record
from vtclinic.core.errors import Conflict, Invalid, NotFound
from vtclinic.core.i18n import gettext as _
from vtclinic.core.policy import Actor, authorize
from vtclinic.core.uow import session
from vtclinic.features.crisis import ladder, notice, policy
from vtclinic.features.crisis.ledger import write
from vtclinic.features.crisis.models import CONTACT, ActKind, RiskAct, RiskTask, TaskKind, TaskState
from vtclinic.features.crisis.people import on_duty, present
from vtclinic.features.crisis.words import REASONS
from vtclinic.identity import service as identity

WRITTEN = (*CONTACT, ActKind.NOTED)


def take(actor: Actor, uid: UUID) -> RiskTask:
    """Own a task. Of two at once one wins and the other reads who has it; taking one's own again changes nothing."""
    authorize(actor, policy.can_use_queue)
    task = _task(uid)
    if not task.is_open:
        authorize(actor, policy.can_read, task)
        raise Conflict(_("This task is closed."))
    if task.owner_uid == actor.uid and task.state != TaskState.RAISED:
        return task
    if task.owner_uid != actor.uid and not task.is_for_all(clock.now()):
        raise Conflict(_("%(name)s has this task now. You do not need to do anything.", name=_name(task.owner_uid)))
    assert actor.uid is not None
    before = task.owner_uid
    task.acknowledge(actor.uid, clock.now(), despite_leave=not present([actor.uid]))
    write(task, ActKind.TOOK, by=actor.uid)
    record(actor, "risk.take", "risk_task", uid, patient_uid=task.patient_uid)
    notice.signal(task, [person.uid for person in on_duty()] if before is None else [before])
    return task


def hand_over(actor: Actor, uid: UUID, to: UUID, words: str) -> RiskTask:
    """Give a task to another therapist, who is told and has to take it; until then it is theirs and unanswered."""
    task = _task(uid)
    authorize(actor, policy.can_act, task)
    if to == actor.uid or to not in {person.uid for person in on_duty()}:
        raise Invalid(_("Choose a therapist who works here."), fields={"to": _("Choose a therapist who works here.")})
    write(task, ActKind.HANDED_OVER, by=actor.uid, about=to, words=words)
    record(actor, "risk.hand-over", "risk_task", uid, patient_uid=task.patient_uid)
    ladder.wait_for(task, to)
    return task


def act(actor: Actor, uid: UUID, kind: str, words: str) -> RiskTask:
    """Write down what was done."""
    task = _task(uid)
    authorize(actor, policy.can_act, task)
    if kind not in WRITTEN:
        raise Invalid(_("Choose what you did."), fields={"kind": _("Choose what you did.")})
    if kind == ActKind.NOTED and not words:
        raise Invalid(_("Write what you did."), fields={"words": _("Write what you did.")})
    if task.state == TaskState.RAISED:
        task.acknowledge(_uid(actor), clock.now(), despite_leave=not present([_uid(actor)]))
    if kind in CONTACT:
        task.attempt()
    write(task, ActKind(kind), by=actor.uid, words=words)
    record(actor, "risk.act", "risk_task", uid, patient_uid=task.patient_uid, reason=kind)
    return task


def close(actor: Actor, uid: UUID, reason: str, words: str) -> RiskTask:
    """End a task: only after something was done and written down, with a reason and the closer's own words."""
    task = _task(uid)
    authorize(actor, policy.can_act, task)
    wrong = {}
    if reason not in REASONS or (REASONS[reason].only_words and task.kind != TaskKind.WORDS):
        wrong["reason"] = _("Choose why it can be closed.")
    if not words:
        wrong["words"] = _("Write what was agreed.")
    if wrong:
        raise Invalid(next(iter(wrong.values())), fields=wrong)
    if not _was_done(task):
        raise Conflict(_("Write down first what you did. Then you can close this task."))
    task.close(reason, clock.now(), transferred=REASONS[reason].transferred)
    write(task, ActKind.CLOSED, by=actor.uid, words=words)
    record(actor, "risk.close", "risk_task", uid, patient_uid=task.patient_uid, reason=reason)
    return task


def _task(uid: UUID) -> RiskTask:
    # The lock makes two people act one after the other.
    task = session().get(RiskTask, uid, with_for_update=True)
    if task is None:
        raise NotFound
    return task


def _was_done(task: RiskTask) -> bool:
    """Tell whether contact, its attempt or a hand-over stands in the ledger since the task was last raised.

    A note is enough for words only: an idiom needs no call.
    """
    session().flush()
    enough = (*CONTACT, ActKind.HANDED_OVER) if task.kind == TaskKind.ANSWER else (*WRITTEN, ActKind.HANDED_OVER)
    anew = (ActKind.RAISED, ActKind.MORE_URGENT)
    raised = select(func.max(RiskAct.at)).where(RiskAct.task_uid == task.uid, RiskAct.kind.in_(anew)).scalar_subquery()
    done = select(func.count()).where(RiskAct.task_uid == task.uid, RiskAct.kind.in_(enough), RiskAct.at >= raised)
    return bool(session().scalar(done))


def _name(uid: UUID | None) -> str:
    found = identity.users([uid] if uid else [])
    return found[uid].name if uid in found else _("Somebody else")


def _uid(actor: Actor) -> UUID:
    assert actor.uid is not None
    return actor.uid
