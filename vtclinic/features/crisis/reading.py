"""Tasks as therapists read them, and as numbers for the clinic's administrators."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select

from vtclinic.core import clock
from vtclinic.core.audit import record
from vtclinic.core.errors import NotFound
from vtclinic.core.policy import THERAPIST, Actor, authorize
from vtclinic.core.scope import current_clinic
from vtclinic.core.uow import once, session
from vtclinic.core.zones import zone
from vtclinic.features.crisis import duty, policy, rules
from vtclinic.features.crisis.models import OPEN_STATES, ActKind, RiskAct, RiskTask, TaskState
from vtclinic.features.crisis.people import staff_with
from vtclinic.features.progress import api as progress
from vtclinic.features.records import api as records
from vtclinic.features.staff import api as staff
from vtclinic.identity import service as identity

CLOSED_SHOWN = timedelta(days=90)


@dataclass(frozen=True)
class Entry:
    """One line of the queue. `state`: unowned, yours, other, overdue, closed."""

    task: RiskTask
    name: str
    owner: str
    state: str


@dataclass(frozen=True)
class Line:
    """One line of the ledger with its people's names."""

    act: RiskAct
    who: str
    about: str


@dataclass(frozen=True)
class TaskPage:
    """A task with all that its reader may see; the parts about the patient are None for somebody who has yet to take it."""

    task: RiskTask
    state: str
    name: str
    owner: str
    readable: bool
    actable: bool
    cared_for: bool
    statement: progress.Statement | None = None
    patient: records.Patient | None = None
    numbers: progress.Numbers | None = None
    lines: tuple[Line, ...] = ()
    told: tuple[str, ...] = ()
    colleagues: tuple[identity.User, ...] = ()


@once
def open_tasks(actor: Actor) -> list[RiskTask]:
    """Return the open tasks this therapist sees, the oldest promise first; nothing for anybody else."""
    if not policy.can_use_queue(actor):
        return []
    return list(session().scalars(select(RiskTask).where(policy.visible_to(actor)).order_by(RiskTask.due_by, RiskTask.uid)))


def open_tasks_about(patient_uids: Iterable[UUID]) -> dict[UUID, list[RiskTask]]:
    """Return the open tasks about some patients with one query; the caller has authorised."""
    found: dict[UUID, list[RiskTask]] = {}
    uids = list(patient_uids)
    if uids:
        rows = session().scalars(select(RiskTask).where(RiskTask.patient_uid.in_(uids), RiskTask.state.in_(OPEN_STATES)).order_by(RiskTask.due_by))
        for row in rows:
            found.setdefault(row.patient_uid, []).append(row)
    return found


def count_open(actor: Actor) -> int:
    """Count what `open_tasks` lists; a page that lists them too asks the database once."""
    return len(open_tasks(actor))


def count_unowned(actor: Actor) -> int:
    """Count the open tasks that nobody owns, for whoever sees that somebody takes them."""
    authorize(actor, policy.can_count)
    chosen = select(func.count()).select_from(RiskTask).where(RiskTask.state.in_(OPEN_STATES), RiskTask.owner_uid.is_(None))
    return session().scalar(chosen) or 0


def queue(actor: Actor, *, closed: bool = False) -> list[Entry]:
    """Return the queue by name; audited as one act, since each line tells that somebody may be in danger."""
    authorize(actor, policy.can_use_queue)
    tasks = _closed(actor) if closed else open_tasks(actor)
    record(actor, "risk.queue", "clinic", str(actor.uid))
    names = records.named_patients(task.patient_uid for task in tasks)
    owners = staff.faces(task.owner_uid for task in tasks if task.owner_uid)
    return [_entry(actor, task, names, owners) for task in tasks]


def counts(actor: Actor) -> tuple[dict[str, int], int]:
    """Return how many tasks are in each state, and how many are late; no names, no words."""
    authorize(actor, policy.can_count)
    rows = session().execute(select(RiskTask.state, func.count()).group_by(RiskTask.state))
    late = session().scalar(select(func.count()).select_from(RiskTask).where(RiskTask.state == TaskState.RAISED, RiskTask.due_by < clock.now()))
    return {row[0]: row[1] for row in rows}, late or 0


def task_page(actor: Actor, uid: UUID) -> TaskPage:
    """Return one task; each look is audited."""
    task = session().get(RiskTask, uid)
    if task is None:
        raise NotFound
    cared_for = records.in_care(task.patient_uid, _uid(actor))
    readable = policy.can_read(actor, task)
    if not readable:
        authorize(actor, policy.can_see, task)
    record(actor, "risk.read", "risk_task", uid, patient_uid=task.patient_uid)
    people = {person.uid: person for person in staff_with(THERAPIST, active=False)}
    named = records.named_patients([task.patient_uid])[task.patient_uid]
    owner = people[task.owner_uid].name if task.owner_uid in people else ""
    found = TaskPage(task, _state(actor, task), named.name, owner, readable, policy.can_act(actor, task), cared_for)
    return _with_patient(found, people) if readable else found


def _with_patient(page: TaskPage, people: dict[UUID, identity.User]) -> TaskPage:
    task = page.task
    acts = list(session().scalars(select(RiskAct).where(RiskAct.task_uid == task.uid).order_by(RiskAct.at, RiskAct.uid)))
    patient = records.patient(task.patient_uid)
    names: dict[UUID | None, str] = {uid: person.name for uid, person in people.items()}
    names[task.patient_uid] = page.name
    told = (act.about_uid for act in acts if act.kind == ActKind.TOLD)
    return replace(
        page,
        statement=progress.statement(task.response_uid, task.item),
        patient=patient,
        numbers=progress.numbers_for(patient.country),
        lines=tuple(Line(act, names.get(act.actor_uid, ""), names.get(act.about_uid, "")) for act in acts if act.kind != ActKind.TOLD),
        told=tuple(dict.fromkeys(names[uid] for uid in told if uid in names)),
        colleagues=tuple(one for one in people.values() if one.state == identity.UserState.ACTIVE and one.uid != task.owner_uid),
    )


def duty_for_patients() -> progress.Duty:
    """Tell a patient whether somebody is on call; without a rota that can be said outside working hours only."""
    now, found = clock.now(), duty.standing()
    if found.known:
        return progress.Duty(found.anybody, None if found.anybody else duty.next_on_call(now))
    working, local = rules.in_force().working_days, now.astimezone(zone(current_clinic().timezone))
    at_work = local.weekday() in working.days and working.starts <= local.time() < working.ends
    return progress.Duty(None if at_work else False)


def _closed(actor: Actor) -> list[RiskTask]:
    since = clock.now() - CLOSED_SHOWN
    chosen = select(RiskTask).where(policy.readable_by(actor), RiskTask.closed_at >= since)
    return list(session().scalars(chosen.order_by(RiskTask.closed_at.desc(), RiskTask.uid)))


def _entry(actor: Actor, task: RiskTask, names: dict[UUID, records.NamedPatient], owners: dict[UUID, staff.Face]) -> Entry:
    owner = owners[task.owner_uid].name if task.owner_uid in owners else ""
    name = names[task.patient_uid].name if task.patient_uid in names else ""
    return Entry(task, name, owner, _state(actor, task))


def _state(actor: Actor, task: RiskTask) -> str:
    if not task.is_open:
        return "closed"
    if task.is_late(clock.now()):
        return "overdue"
    if task.owner_uid is None:
        return "unowned"
    return "yours" if task.owner_uid == actor.uid else "other"


def _uid(actor: Actor) -> UUID:
    authorize(actor, policy.can_use_queue)
    assert actor.uid is not None
    return actor.uid
