"""Take a session to another time, from the therapist's side: it stays the same appointment in both calendars."""

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
from vtclinic.features.scheduling import diary, letters, placing, policy
from vtclinic.features.scheduling.booking import CHANGED
from vtclinic.features.scheduling.joint import news as joint_news
from vtclinic.features.scheduling.models import Appointment, ServiceType
from vtclinic.features.scheduling.openings import Openings, openings
from vtclinic.features.scheduling.placing import SlotTaken
from vtclinic.features.scheduling.times import Slot
from vtclinic.features.scheduling.waiting import holds
from vtclinic.features.staff import api as staff


@dataclass(frozen=True)
class Move:
    """One session, and the times it can go to."""

    appointment: Appointment
    therapist: staff.Therapist
    openings: Openings

    def slot(self, start: datetime) -> Slot:
        """Return the open time that starts then; raises SlotTaken with those near it."""
        found = next((slot for slot in self.openings.slots if slot.start == start), None)
        if found is None:
            raise SlotTaken(self.openings.near(start))
        return found


def possible(actor: Actor, uid: UUID) -> Move:
    """Return where a therapist's session can go; raises Conflict once it has begun or was called off."""
    appointment = diary.appointment(uid)
    authorize(actor, policy.is_its_therapist, appointment)
    if not appointment.is_booked:
        raise Conflict(_("This session is not booked any more. Nothing was changed."))
    if appointment.starts_at <= clock.now():
        raise Conflict(_("This session has started. You cannot move it here."))
    therapist, patient = staff.therapist(appointment.therapist_uid), records.patient(appointment.patient_uid)
    licence = staff.licence_for(therapist.uid, patient.country, patient.region, clock.now().date())
    kind = session().get_one(ServiceType, appointment.service_uid)
    return Move(appointment, therapist, openings(therapist, patient.uid, until=licence.expires_on if licence else date.min, service=kind))


def move(actor: Actor, uid: UUID, start: datetime) -> Appointment:
    """Take a session to another open time and tell both people; raises SlotTaken, and nothing has changed, when somebody was faster."""
    wanted = possible(actor, uid)
    appointment = wanted.appointment
    if start == appointment.starts_at:
        return appointment
    slot = wanted.slot(start)
    try:
        placing.move(appointment, slot.start, slot.end)
    except SlotTaken:
        raise SlotTaken(slot for slot in wanted.openings.near(start) if slot.start != start) from None
    record(actor, "appointment.moved", "appointment", uid, patient_uid=appointment.patient_uid)
    letters.tell_moved(appointment)
    joint_news.tell_others(appointment, appointment.other_uids)
    holds.look_soon()
    for person in (appointment.therapist_uid, appointment.patient_uid):
        publish(user_room(person), CHANGED, {"appointment": str(uid)})
    return appointment
