"""Tasks as therapists read them, and as numbers for the clinic's administrators."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, Uuid, func, literal, select

from vtclinic.core import clock
from vtclinic.core.audit import record
from vtclinic.core.policy import Actor, authorize
from vtclinic.core.scope import current_clinic
from vtclinic.core.uow import once, session
from vtclinic.core.zones import zone
from vtclinic.features.crisis import duty, policy, rules
from vtclinic.features.crisis.models import OPEN_STATES, RiskTask, TaskState
from vtclinic.features.progress import api as progress
from vtclinic.features.records import api as records
from vtclinic.features.staff import api as staff

OPEN = "open risk tasks"
CLOSED_SHOWN = timedelta(days=90)


@dataclass(frozen=True)
class Entry:
    """One line of the queue. `state`: unowned, yours, other, overdue, closed."""

    task: RiskTask
    name: str
    owner: str
    state: str


@once
def open_tasks(actor: Actor) -> list[RiskTask]:
    """Return the open tasks this therapist sees, the oldest promise first; nothing for anybody else."""
    if not policy.can_use_queue(actor):
        return []
    return list(session().scalars(select(RiskTask).where(policy.visible_to(literal(actor.uid, Uuid()))).order_by(RiskTask.due_by, RiskTask.uid)))


def open_tasks_about(patient_uids: Iterable[UUID]) -> dict[UUID, list[RiskTask]]:
    """Return the open tasks about some patients with one query; the caller has authorised."""
    found: dict[UUID, list[RiskTask]] = {}
    uids = list(patient_uids)
    if uids:
        rows = session().scalars(select(RiskTask).where(RiskTask.patient_uid.in_(uids), RiskTask.state.in_(OPEN_STATES)).order_by(RiskTask.due_by))
        for row in rows:
            found.setdefault(row.patient_uid, []).append(row)
    return found


def worried_about(patient_uid: UUID, *, since: datetime) -> bool:
    """Tell whether a task about a patient is open, or was raised since a moment; the caller learns nothing else."""
    lately = RiskTask.state.in_(OPEN_STATES) | (RiskTask.raised_at >= since)
    return session().scalar(select(RiskTask.uid).where(RiskTask.patient_uid == patient_uid, lately).limit(1)) is not None


def open_of(whose: ColumnElement[UUID]) -> ScalarSelect[int]:
    """Return the count of the open tasks a therapist sees, as a part of another query."""
    return select(func.count()).select_from(RiskTask).where(policy.visible_to(whose)).scalar_subquery()


def unowned_count() -> ScalarSelect[int]:
    """Return how to count the open tasks that nobody owns; the caller has authorised."""
    return select(func.count()).select_from(RiskTask).where(RiskTask.state.in_(OPEN_STATES), RiskTask.owner_uid.is_(None)).scalar_subquery()


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
    chosen = select(RiskTask).where(policy.readable_by(literal(actor.uid, Uuid())), RiskTask.closed_at >= since)
    return list(session().scalars(chosen.order_by(RiskTask.closed_at.desc(), RiskTask.uid)))


def _entry(actor: Actor, task: RiskTask, names: dict[UUID, records.NamedPatient], owners: dict[UUID, staff.Face]) -> Entry:
    owner = owners[task.owner_uid].name if task.owner_uid in owners else ""
    name = names[task.patient_uid].name if task.patient_uid in names else ""
    return Entry(task, name, owner, state_of(actor, task))


def state_of(actor: Actor, task: RiskTask) -> str:
    """Return what a reader sees a task as: unowned, yours, other, overdue, closed."""
    if not task.is_open:
        return "closed"
    if task.is_late(clock.now()):
        return "overdue"
    if task.owner_uid is None:
        return "unowned"
    return "yours" if task.owner_uid == actor.uid else "other"
