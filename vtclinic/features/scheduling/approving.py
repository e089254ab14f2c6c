"""Requests: with some kinds of session the therapist says yes first. Until then the time is held, and it is let go when nobody answers."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from vtclinic.core import clock
from vtclinic.core.audit import record
from vtclinic.core.errors import Invalid
from vtclinic.core.i18n import gettext as _
from vtclinic.core.policy import SYSTEM, Actor, authorize
from vtclinic.core.uow import session
from vtclinic.features.matching import api as matching
from vtclinic.features.progress import api as progress
from vtclinic.features.records import api as records
from vtclinic.features.scheduling import diary, letters, placing, policy, reminders
from vtclinic.features.scheduling.calling_off import MOST_WORDS
from vtclinic.features.scheduling.live import tell_both
from vtclinic.features.scheduling.models import Appointment, State
from vtclinic.features.scheduling.waiting import holds
from vtclinic.identity.service import User, users

MOST = 200


def waiting(actor: Actor) -> list[tuple[Appointment, User]]:
    """Return the requests that wait for this therapist, the soonest answer first."""
    authorize(actor, policy.can_have_calendar)
    chosen = select(Appointment).where(Appointment.therapist_uid == actor.uid, Appointment.state == State.REQUESTED, Appointment.starts_at > clock.now())
    rows = list(session().scalars(chosen.order_by(Appointment.answer_by)))
    people = users({row.patient_uid for row in rows}) if rows else {}
    if rows:
        record(actor, "requests.read", "calendar", str(actor.uid))
    return [(row, people[row.patient_uid]) for row in rows if row.patient_uid in people]


def accept(actor: Actor, uid: UUID) -> Appointment:
    """Say yes: it is booked, care opens, and both are told. Saying it again changes nothing."""
    appointment = diary.appointment(uid)
    authorize(actor, policy.is_its_therapist, appointment)
    if appointment.is_booked:
        return appointment
    appointment.accept(clock.now())
    records.open_care(SYSTEM, appointment.patient_uid, appointment.therapist_uid)
    matching.close_all(SYSTEM, appointment.patient_uid)
    record(actor, "appointment.accepted", "appointment", uid, patient_uid=appointment.patient_uid)
    letters.tell_booked(appointment)
    reminders.ask(appointment)
    progress.on_session_booked(appointment.patient_uid, appointment.starts_at)
    tell_both(appointment)
    return appointment


def decline(actor: Actor, uid: UUID, *, words: str = "") -> Appointment:
    """Say no: the time is free again and the patient is told; `words` reach them in the app."""
    appointment = diary.appointment(uid)
    authorize(actor, policy.is_its_therapist, appointment)
    if appointment.state == State.DECLINED:
        return appointment
    if len(words) > MOST_WORDS:
        raise Invalid(_("Write less."), fields={"words": _("The most is %(count)s characters.", count=MOST_WORDS)})
    if words:
        appointment.words = words
    _let_go(actor, appointment, "appointment.declined")
    return appointment


def expire() -> int:
    """Let go of requests that nobody answered in time; returns how many."""
    now = clock.now()
    over = (Appointment.answer_by <= now) | (Appointment.starts_at <= now)
    rows = list(session().scalars(select(Appointment).where(Appointment.state == State.REQUESTED, over).limit(MOST)))
    for row in rows:
        _let_go(SYSTEM, row, "appointment.expired")
    return len(rows)


def _let_go(actor: Actor, appointment: Appointment, action: str) -> None:
    appointment.decline(clock.now())
    placing.release(appointment)
    record(actor, action, "appointment", appointment.uid, patient_uid=appointment.patient_uid)
    letters.tell_declined(appointment)
    holds.look_soon()
    tell_both(appointment)
