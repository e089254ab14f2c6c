"""Give a session another therapist in one step, when it cannot stay as booked."""

from __future__ import annotations

from vtclinic.core.audit import record
from vtclinic.core.policy import Actor
from vtclinic.core.sockets import publish, user_room
from vtclinic.features.records import api as records
from vtclinic.features.scheduling import booking, calling_off, letters, placing
from vtclinic.features.scheduling.models import Appointment, State
from vtclinic.features.scheduling.times import Slot
from vtclinic.features.scheduling.together import usual_format
from vtclinic.features.staff import api as staff


def with_other(actor: Actor, row: Appointment, therapist: staff.Therapist, slot: Slot) -> Appointment:
    """Book the same patient with somebody else and call this one off as the clinic; raise SlotTaken, leaving all as it was."""
    if row.holds_time:
        calling_off.call_off(actor, row, State.CANCELLED_BY_CLINIC)
    made = placing.place(
        placing.Placement(
            patient_uid=row.patient_uid,
            therapist_uid=therapist.uid,
            service_uid=row.service_uid,
            start=slot.start,
            end=slot.end,
            patient_zone=row.patient_zone,
            therapist_zone=therapist.timezone,
            format=row.format if row.format in therapist.formats else usual_format(therapist),
            cancel_hours=row.cancel_hours,
        )
    )
    records.open_care(actor, made.patient_uid, made.therapist_uid)
    record(actor, "appointment.booked", "appointment", made.uid, patient_uid=made.patient_uid, reason="cover")
    letters.tell_booked(made)
    _tell(made)
    return made


def _tell(row: Appointment) -> None:
    publish(user_room(row.therapist_uid), booking.CHANGED, {"appointment": str(row.uid)})
