"""What somebody answers to a time that is kept for them: take it, pass, or leave the list."""

from __future__ import annotations

from uuid import UUID

from vtclinic.core import clock
from vtclinic.core.audit import record
from vtclinic.core.errors import Gone
from vtclinic.core.i18n import gettext as _
from vtclinic.core.policy import PATIENT, Actor, authorize
from vtclinic.features.intake import api as intake
from vtclinic.features.matching import api as matching
from vtclinic.features.records import api as records
from vtclinic.features.scheduling import booking, diary, letters, placing, together
from vtclinic.features.scheduling.live import tell_pages
from vtclinic.features.scheduling.models import Appointment
from vtclinic.features.scheduling.waiting import holds, joining, links, policy
from vtclinic.features.scheduling.waiting.links import Purpose
from vtclinic.features.scheduling.waiting.models import Answer, TimeOffer, Waits
from vtclinic.features.staff import api as staff


class OfferOver(Gone):
    """The time is not kept any more."""

    def __init__(self) -> None:
        super().__init__(_("This time is not kept for you any more."), hint=_("You keep your place on the list. We offer you the next time that suits."))


def look_at(actor: Actor, uid: UUID) -> TimeOffer:
    """Return an offer of the actor's own."""
    found = holds.offer(uid)
    authorize(actor, policy.is_its_patient, found)
    return found


def accept(actor: Actor, uid: UUID) -> Appointment:
    """Turn a kept time into a session; a second press returns the same one. Raises OfferOver, or NotBookable when the law says no by now."""
    found = holds.offer(uid, lock=True)
    authorize(actor, policy.is_its_patient, found)
    if found.state == Answer.ACCEPTED and found.appointment_uid is not None:
        return diary.appointment(found.appointment_uid)
    if not found.is_held(clock.now()):
        raise OfferOver()
    placement = _placement(found)
    placing.unclaim(found.uid)
    appointment = placing.place(placement)
    found.end(Answer.ACCEPTED, clock.now())
    found.appointment_uid = appointment.uid
    entry = joining.entry(found.entry_uid, lock=True)
    if entry.is_open:
        entry.close(Waits.BOOKED, clock.now())
    _tell(actor, appointment)
    return appointment


def pass_over(actor: Actor, uid: UUID, *, by: str | None = None) -> TimeOffer:
    """Say no to one time and stay on the list; the next person is asked. Passing twice is passing once."""
    found = holds.offer(uid, lock=True)
    authorize(actor, policy.is_its_patient, found)
    if found.state == Answer.HELD:
        holds.let_go(found, Answer.PASSED)
        entry = joining.entry(found.entry_uid, lock=True)
        entry.unanswered = 0
        record(actor, "waiting.passed", "time_offer", uid, patient_uid=found.patient_uid, reason=by)
    return found


def pass_by_link(token: str) -> TimeOffer:
    """Pass as the person whom a letter was written to."""
    uid = links.read(Purpose.NO_THANKS, token)
    return pass_over(_reader(holds.offer(uid).patient_uid), uid, by="link")


def leave_by_link(token: str) -> None:
    """Leave the list as the person whom a letter was written to."""
    uid = links.read(Purpose.LEAVE, token)
    joining.leave(_reader(joining.entry(uid).patient_uid), uid, by="link")


def _reader(patient_uid: UUID) -> Actor:
    return Actor(uid=patient_uid, role=PATIENT, roles=frozenset({PATIENT}))


def _placement(found: TimeOffer) -> placing.Placement:
    therapist, patient = staff.therapist(found.therapist_uid), records.patient(found.patient_uid)
    entry, service = joining.entry(found.entry_uid), together.service_of(found.service_uid)
    if not intake.may_be_cared_for(found.patient_uid):
        raise booking.NotBookable(_("You have not agreed to care here."), hint=_("Look at what you agreed to under More. Then choose a time again."))
    if not staff.can_be_booked(found.therapist_uid, patient.country, found.ends_at.date(), region=patient.region):
        raise booking.NotBookable(_("This therapist may not work where you are on that day."), hint=_("You keep your place on the list."))
    return placing.Placement(
        patient_uid=found.patient_uid,
        therapist_uid=found.therapist_uid,
        service_uid=service.uid,
        start=found.starts_at,
        end=found.ends_at,
        patient_zone=entry.zone,
        therapist_zone=therapist.timezone,
        format=together.usual_format(therapist),
        cancel_hours=service.cancel_hours,
        booking_key=found.uid,
    )


def _tell(actor: Actor, appointment: Appointment) -> None:
    records.open_care(actor, appointment.patient_uid, appointment.therapist_uid)
    matching.close_all(actor, appointment.patient_uid)
    record(actor, "appointment.booked", "appointment", appointment.uid, patient_uid=appointment.patient_uid, reason="waiting list")
    letters.tell_booked(appointment)
    tell_pages(appointment.uid, [appointment.therapist_uid])
