"""One task as its reader sees it: what was said, whom to call, what to do next, and what happened so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import and_, select

from vtclinic.core.audit import record
from vtclinic.core.errors import NotFound
from vtclinic.core.policy import THERAPIST, Actor, authorize
from vtclinic.core.uow import session
from vtclinic.features.crisis import policy
from vtclinic.features.crisis.finding import Passage, passages
from vtclinic.features.crisis.finding_models import WordFinding
from vtclinic.features.crisis.models import ActKind, RiskAct, RiskTask, TaskKind, TaskState
from vtclinic.features.crisis.people import has_role
from vtclinic.features.crisis.reading import state_of
from vtclinic.features.progress import api as progress
from vtclinic.features.records import api as records
from vtclinic.identity import service as identity

REACHED = (ActKind.REACHED, ActKind.NOTED, ActKind.HANDED_OVER)


@dataclass(frozen=True)
class Line:
    """One line of the ledger with its people's names."""

    act: RiskAct
    who: str
    about: str


@dataclass(frozen=True)
class TaskPage:
    """A task with all that its reader may see; the parts about the patient are None for somebody who has yet to take it.

    `next_step` is the one thing to do now: take, call, again (nobody was reached), close, or nothing.
    """

    task: RiskTask
    state: str
    name: str
    owner: str
    readable: bool
    actable: bool
    cared_for: bool
    next_step: str = ""
    statement: progress.Statement | None = None
    passages: tuple[Passage, ...] = ()
    patient: records.Patient | None = None
    numbers: progress.Numbers | None = None
    lines: tuple[Line, ...] = ()
    told: tuple[str, ...] = ()
    colleagues: tuple[identity.User, ...] = ()


def task_page(actor: Actor, uid: UUID) -> TaskPage:
    """Return one task, in three queries; each look is audited."""
    authorize(actor, policy.can_use_queue)
    task, acts, findings, people = _rows(uid)
    patient = records.patient(task.patient_uid)
    cared_for = actor.uid in patient.therapist_uids
    readable = policy.can_read(actor, task, in_care=cared_for)
    if not readable:
        authorize(actor, lambda who, one: policy.can_see(who, one, in_care=cared_for), task)
    record(actor, "risk.read", "risk_task", uid, patient_uid=task.patient_uid)
    owner = people[task.owner_uid].name if task.owner_uid in people else ""
    name = records.called(patient, patient.user)
    found = TaskPage(task, state_of(actor, task), name, owner, readable, policy.can_act(actor, task), cared_for, _next_step(actor, task, acts))
    if not readable:
        return found
    found = replace(found, patient=patient, numbers=progress.numbers_for(patient.country), lines=_lines(found, acts, people), told=_told(acts, people))
    colleagues = tuple(one for one in people.values() if one.state == identity.UserState.ACTIVE and one.uid != task.owner_uid)
    if task.kind == TaskKind.WORDS:
        return replace(found, colleagues=colleagues, passages=tuple(passages(findings)))
    return replace(found, colleagues=colleagues, statement=progress.statement(task.response_uid, task.item))


def _rows(uid: UUID) -> tuple[RiskTask, list[RiskAct], list[WordFinding], dict[UUID, identity.User]]:
    """Return the task, its ledger, what was found and the therapists, in one query: the page of a night has no time for four."""
    first = select(RiskAct.uid).where(RiskAct.task_uid == uid).order_by(RiskAct.uid).limit(1).scalar_subquery()
    found = session().execute(
        select(RiskTask, RiskAct, WordFinding, identity.User)
        .outerjoin(RiskAct, RiskAct.task_uid == RiskTask.uid)
        .outerjoin(WordFinding, WordFinding.task_uid == RiskTask.uid)
        # Beside the first line alone, so that the rows do not multiply.
        .outerjoin(identity.User, and_(RiskAct.uid == first, has_role(identity.User, THERAPIST)))
        .where(RiskTask.uid == uid)
        .order_by(RiskAct.at, RiskAct.uid, WordFinding.at)
    ).all()
    if not found:
        raise NotFound
    acts = {act.uid: act for _task, act, _finding, _person in found if act is not None}
    findings = {finding.uid: finding for _task, _act, finding, _person in found if finding is not None}
    people = {person.uid: person for *_rest, person in found if person is not None}
    by_name = sorted(people.values(), key=lambda person: (person.name.casefold(), person.uid))
    return found[0][0], list(acts.values()), list(findings.values()), {person.uid: person for person in by_name}


def _next_step(actor: Actor, task: RiskTask, acts: Sequence[RiskAct]) -> str:
    if not task.is_open:
        return ""
    if task.state == TaskState.RAISED or task.owner_uid != actor.uid:
        free = task.owner_uid in (None, actor.uid) or state_of(actor, task) == "overdue"
        return "take" if free else ""
    begun = max(place for place, act in enumerate(acts) if act.kind in (ActKind.RAISED, ActKind.MORE_URGENT))
    done = [act.kind for act in acts[begun:]]
    if any(kind in REACHED for kind in done):
        return "close"
    return "again" if ActKind.NOT_REACHED in done or ActKind.CALLED in done else "call"


def _lines(page: TaskPage, acts: Sequence[RiskAct], people: dict[UUID, identity.User]) -> tuple[Line, ...]:
    names: dict[UUID | None, str] = {uid: person.name for uid, person in people.items()}
    names[page.task.patient_uid] = page.name
    return tuple(Line(act, names.get(act.actor_uid, ""), names.get(act.about_uid, "")) for act in acts if act.kind != ActKind.TOLD)


def _told(acts: Sequence[RiskAct], people: dict[UUID, identity.User]) -> tuple[str, ...]:
    told = (act.about_uid for act in acts if act.kind == ActKind.TOLD)
    return tuple(dict.fromkeys(people[uid].name for uid in told if uid in people))
