"""Move one's own session: it stays the same appointment, its claims go with it in one transaction, and both calendars replace what they have."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from vtclinic.core import clock
from vtclinic.core.audit import record
from vtclinic.core.errors import Conflict
from vtclinic.core.i18n import gettext as _
from vtclinic.core.policy import Actor, authorize
from vtclinic.core.sockets import publish, user_room
from vtclinic.core.uow import session
from vtclinic.features.records import api as records
from vtclinic.features.scheduling import diary, late, letters, placing, policy
from vtclinic.features.scheduling.booking import CHANGED, NotBookable
from vtclinic.features.scheduling.joint import news as joint_news
from vtclinic.features.scheduling.models import Appointment, ServiceType
from vtclinic.features.scheduling.openings import Openings, openings
from vtclinic.features.scheduling.placing import SlotTaken
from vtclinic.features.scheduling.times import Slot
from vtclinic.features.scheduling.waiting import holds
from vtclinic.features.staff import api as staff


@dataclass(frozen=True)
class MoveChoice:
    """One session and the times it can be moved to; `counts` tells that moving it now is kept as a late change."""

    appointment: Appointment
    therapist: staff.Therapist
    openings: Openings
    counts: bool

    def slot(self, start: datetime) -> Slot:
        """Return the open time that starts then; raise SlotTaken with what is near."""
        found = next((slot for slot in self.openings.slots if slot.start == start), None)
        if found is None:
            raise SlotTaken(self.openings.near(start))
        return found


def choices(actor: Actor, uid: UUID) -> MoveChoice:
    """Return when a patient's session could be instead, by the rules of booking."""
    appointment = diary.appointment(uid)
    authorize(actor, policy.is_its_patient, appointment)
    if not appointment.holds_time or appointment.starts_at <= clock.now():
        raise Conflict(_("This session can no longer be moved."), hint=_("Nothing was changed."))
    therapist, kind = staff.therapist(appointment.therapist_uid), session().get_one(ServiceType, appointment.service_uid)
    found = openings(therapist, appointment.patient_uid, until=_licensed_until(appointment), service=kind, without=appointment)
    return MoveChoice(appointment, therapist, found, late.counts(appointment))


def move(actor: Actor, uid: UUID, start: datetime, *, late_said: bool = True) -> Appointment:
    """Move a session and tell both people; where it already is, nothing happens, so a second press is harmless.

    Raises SlotTaken when the time is gone, and NotSaid when the change became late meanwhile and the reader was not told: `late_said` is
    what their page said.
    """
    appointment = diary.appointment(uid)
    authorize(actor, policy.is_its_patient, appointment)
    if appointment.holds_time and appointment.starts_at == start:
        return appointment
    choice = choices(actor, uid)
    if choice.counts and not late_said:
        raise late.NotSaid(_("It is later than it was. Look at what moving means now."), hint=_("Nothing was changed."))
    slot = choice.slot(start)
    late.note(actor, appointment)
    try:
        placing.move(appointment, slot.start, slot.end)
    except SlotTaken:
        raise SlotTaken(choice.openings.near(start)) from None
    record(actor, "appointment.moved", "appointment", uid, patient_uid=appointment.patient_uid)
    letters.tell_moved(appointment)
    joint_news.tell_others(appointment, appointment.other_uids)
    holds.look_soon()
    for person in (appointment.therapist_uid, appointment.patient_uid):
        publish(user_room(person), CHANGED, {"appointment": str(uid)})
    return appointment


def _licensed_until(appointment: Appointment) -> date:
    patient = records.patient(appointment.patient_uid)
    licence = staff.licence_for(appointment.therapist_uid, patient.country, patient.region, clock.now().date())
    if licence is None:
        raise NotBookable(_("This therapist may not work where you are on that day."), hint=_("Choose another therapist, or ask a person to help."))
    return licence.expires_on
