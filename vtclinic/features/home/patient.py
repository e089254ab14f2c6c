"""A patient's home: the next session, what waits for them, and how things are going."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from uuid import UUID

from sqlalchemy import BindParameter, Row, Select, Uuid, bindparam, select

from vtclinic.core.policy import PATIENT, Actor, authorize
from vtclinic.core.uow import once, session
from vtclinic.features.home import guides, policy
from vtclinic.features.home.models import GuideClosed
from vtclinic.features.intake import api as intake
from vtclinic.features.messaging import api as messaging
from vtclinic.features.progress import api as progress
from vtclinic.features.records import api as records
from vtclinic.features.scheduling import api as scheduling
from vtclinic.features.staff import api as staff

MOST = 3


@dataclass(frozen=True)
class Todo:
    """One thing that waits: kind "message" or "questions"."""

    kind: str
    uid: UUID
    name: str
    at: datetime | None = None
    answered: int = 0
    total: int = 0


@dataclass(frozen=True)
class Next:
    """What stands in the place of the next session while none is booked: kind "intake", "questions", "choose" or "book"."""

    kind: str
    endpoint: str = ""
    done: int = 0
    total: int = 0
    therapist: staff.Face | None = None


@dataclass(frozen=True)
class PatientHome:
    """All that the page shows."""

    name: str
    appointment: scheduling.Appointment | None = None
    therapist: staff.Face | None = None
    next: Next | None = None
    todo: list[Todo] = field(default_factory=list)
    more_todo: int = 0
    guide: guides.Guide | None = None


def patient_home(actor: Actor) -> PatientHome:
    """Gather a patient's home, in at most eight queries however much there is."""
    authorize(actor, policy.has_patient_home)
    assert actor.uid is not None  # the policy let a signed-in person through
    name, guide_closed = _greeting(actor)
    appointment = scheduling.next_appointment(actor.uid)
    carers = [appointment.therapist_uid] if appointment else records.therapists_of(actor.uid)
    new = [line for line in messaging.inbox(actor) if line.unread]
    faces = staff.faces([*carers, *(line.thread.therapist_uid for line in new)])
    waiting = progress.open_questionnaires(actor.uid)
    todo = [_message(line, faces) for line in new] + [_questions(each) for each in waiting]
    state = None if carers else intake.state(actor.uid)
    following = None if appointment else _next(state, faces.get(carers[0]) if carers else None)
    if following is not None and following.kind == "questions":
        todo = [each for each in todo if each.kind != "questions"]
    return PatientHome(
        name=name,
        appointment=appointment,
        therapist=faces.get(appointment.therapist_uid) if appointment else None,
        next=following,
        todo=todo[:MOST],
        more_todo=max(0, len(todo) - MOST),
        guide=None if state is None or guide_closed else guides.patient_steps(told=state.sent, answered=state.finished),
    )


def _greeting(actor: Actor) -> tuple[str, bool]:
    """Return what to call the patient and whether they closed the first steps, with one query (and the key's)."""
    assert actor.uid is not None
    found = _name_and_guide(actor.uid)
    chosen = (found[0].preferred_name or "") if found else ""
    return (chosen or actor.name).split(" ")[0], bool(found and found[1])


@once
def _name_and_guide(uid: UUID) -> Row[records.Patient, datetime] | None:
    # Kept for the page, and the patient's key with it.
    return session().execute(_named(), {"reader": uid}).first()


@cache
def _named() -> Select[records.Patient, datetime]:
    # Made once: the home of every patient asks it.
    reader: BindParameter[UUID] = bindparam("reader", type_=Uuid())
    closed = (GuideClosed.user_uid == reader) & (GuideClosed.role == PATIENT)
    return select(records.Patient, GuideClosed.closed_at).outerjoin(GuideClosed, closed).where(records.Patient.uid == reader)


def _next(state: intake.IntakeState | None, carer: staff.Face | None) -> Next:
    if state is None:
        return Next("book", therapist=carer)
    if not state.sent:
        return Next("intake", state.next_endpoint, state.done, state.total)
    return Next("choose" if state.finished else "questions", state.next_endpoint, state.done, state.total)


def _message(line: messaging.Line, faces: dict[UUID, staff.Face]) -> Todo:
    sender = faces.get(line.thread.therapist_uid)
    return Todo("message", line.thread.uid, sender.first_name if sender else "", line.thread.last_at)


def _questions(waiting: progress.Assigned) -> Todo:
    return Todo("questions", waiting.uid, waiting.title, None, waiting.answered, waiting.total)
