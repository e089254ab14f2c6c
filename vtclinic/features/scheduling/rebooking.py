"""Give a session another therapist in one step, when it cannot stay as booked."""

from __future__ import annotations

from vtclinic.core.audit import record
from vtclinic.core.policy import Actor
from vtclinic.core.uow import session
from vtclinic.features.records import api as records
from vtclinic.features.scheduling import calling_off, letters, placing
from vtclinic.features.scheduling.joint import news as joint_news
from vtclinic.features.scheduling.live import tell_pages
from vtclinic.features.scheduling.models import Appointment, JointTherapist, State
from vtclinic.features.scheduling.times import Slot
from vtclinic.features.scheduling.together import usual_format
from vtclinic.features.staff import api as staff


def with_other(actor: Actor, row: Appointment, therapist: staff.Therapist, slot: Slot) -> Appointment:
    """Book the same patient with somebody else and call this one off as the clinic; raise SlotTaken, leaving all as it was.

    Who took part beside the one who led takes part again. Reminders of the old one are taken back, and those of the new one planned.
    """
    others = tuple(uid for uid in row.other_uids if uid != therapist.uid)
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
            also=others,
        )
    )
    session().add_all(JointTherapist(appointment_uid=made.uid, therapist_uid=uid) for uid in others)
    joint_news.tell_others(made, others)
    records.open_care(actor, made.patient_uid, made.therapist_uid)
    record(actor, "appointment.booked", "appointment", made.uid, patient_uid=made.patient_uid, reason="cover")
    letters.tell_booked(made)
    tell_pages(made.uid, [made.therapist_uid])
    return made
