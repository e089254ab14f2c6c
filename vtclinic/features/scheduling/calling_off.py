"""Call a session off: the time is free again, both calendars are told, and a clinic's own act never costs the patient anything."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from vtclinic.core import clock
from vtclinic.core.audit import record
from vtclinic.core.errors import Invalid
from vtclinic.core.i18n import gettext as _
from vtclinic.core.policy import SYSTEM, Actor, authorize
from vtclinic.core.uow import session
from vtclinic.features.scheduling import diary, late, letters, placing, policy
from vtclinic.features.scheduling.joint import news as joint_news
from vtclinic.features.scheduling.live import tell_both
from vtclinic.features.scheduling.models import HOLDING, Appointment, State
from vtclinic.features.scheduling.waiting import holds

MOST_WORDS = 1000


def cancel(actor: Actor, uid: UUID, *, words: str = "", late_said: bool = True) -> Appointment:
    """Call a session off as one of its two people; `words` from a therapist reach the patient in the app, never by mail.

    A patient's words tell why a late one should not count. Cancelling again changes nothing. Raises Conflict once the session has begun,
    and NotSaid when cancelling became late meanwhile and the patient was not told: `late_said` is what their page said.
    """
    appointment = diary.appointment(uid, lock=True)
    authorize(actor, policy.can_cancel, appointment)
    if appointment.is_cancelled:
        return appointment
    by_patient = policy.is_its_patient(actor, appointment)
    if len(words) > MOST_WORDS:
        raise Invalid(_("Write less."), fields={"words": _("The most is %(count)s characters.", count=MOST_WORDS)})
    if words and not by_patient:
        appointment.words = words
    if by_patient and not late_said and late.counts(appointment):
        raise late.NotSaid(_("It is later than it was. Look at what cancelling means now."), hint=_("Your session is still booked."))
    if appointment.starts_at > clock.now():
        late.note(actor, appointment, why=words)
    call_off(actor, appointment, State.CANCELLED_BY_PATIENT if by_patient else State.CANCELLED_BY_CLINIC)
    return appointment


def cancel_after_care(patient_uid: UUID, therapist_uid: UUID) -> None:
    """Call off what is still to come between two people whose care has ended: the therapist sees the record no more."""
    wanted = select(Appointment).where(
        Appointment.patient_uid == patient_uid,
        Appointment.therapist_uid == therapist_uid,
        Appointment.state.in_(HOLDING),
        Appointment.starts_at > clock.now(),
    )
    for appointment in list(session().scalars(wanted.order_by(Appointment.starts_at))):
        call_off(SYSTEM, appointment, State.CANCELLED_BY_CLINIC)


def call_off(actor: Actor, appointment: Appointment, state: State) -> None:
    """Call one session off for callers that authorised; those who wait for a time are offered it."""
    was_booked = appointment.is_booked
    appointment.cancel(state, clock.now())
    placing.release(appointment)
    record(actor, "appointment.cancelled", "appointment", appointment.uid, patient_uid=appointment.patient_uid)
    letters.tell_cancelled(appointment, was_booked=was_booked)
    joint_news.tell_others(appointment, appointment.other_uids)
    holds.look_soon()
    tell_both(appointment)
