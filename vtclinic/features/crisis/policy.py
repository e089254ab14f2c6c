"""Who may see and work on risk tasks.

Any therapist sees by name that a task waits for somebody; what was said is for its owner and for those who care for the patient.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select

from vtclinic.core import clock
from vtclinic.core.database import now_when_asked
from vtclinic.core.policy import Actor
from vtclinic.features.crisis.models import OPEN_STATES, RiskTask, TaskState
from vtclinic.features.records import api as records


def can_use_queue(actor: Actor) -> bool:
    """Allow therapists."""
    return actor.is_therapist


def can_count(actor: Actor) -> bool:
    """Allow the clinic's administrators to see how many tasks there are, and in which state."""
    return actor.is_clinic_admin


def can_see(actor: Actor, task: RiskTask, *, in_care: bool | None = None) -> bool:
    """Allow whoever may read it, and any therapist while it waits for somebody."""
    return actor.is_therapist and (task.is_for_all(clock.now()) or can_read(actor, task, in_care=in_care))


def can_read(actor: Actor, task: RiskTask, *, in_care: bool | None = None) -> bool:
    """Allow its owner and the therapists in whose care the patient is; `in_care` where that is known already."""
    if not actor.is_therapist or actor.uid is None:
        return False
    return actor.uid == task.owner_uid or (records.in_care(task.patient_uid, actor.uid) if in_care is None else in_care)


def can_act(actor: Actor, task: RiskTask) -> bool:
    """Allow its owner, while it is open."""
    return actor.is_therapist and task.is_open and actor.uid == task.owner_uid


def visible_to(reader: ColumnElement[UUID]) -> ColumnElement[bool]:
    """Return the open tasks that `can_see` allows a therapist, as a condition; the clock is read when it is asked."""
    late = and_(RiskTask.state == TaskState.RAISED, RiskTask.due_by < now_when_asked())
    return and_(RiskTask.state.in_(OPEN_STATES), or_(RiskTask.owner_uid.is_(None), late, readable_by(reader)))


def readable_by(reader: ColumnElement[UUID]) -> ColumnElement[bool]:
    """Return the tasks that `can_read` allows a therapist, closed ones too, as a condition."""
    care = records.CareRelation
    clients = select(care.patient_uid).where(care.therapist_uid == reader, care.until.is_(None)).correlate_except(care)
    return or_(RiskTask.owner_uid == reader, RiskTask.patient_uid.in_(clients))


def can_rule(actor: Actor) -> bool:
    """Allow the clinic's administrators to change the rules and the rota."""
    return actor.is_clinic_admin


def can_see_rota(actor: Actor) -> bool:
    """Allow everybody who works with tasks or runs the clinic."""
    return actor.is_therapist or actor.is_clinic_admin
