"""Sessions that were held, counted for matching's reports."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import case, func, select

from vtclinic.core import clock
from vtclinic.core.uow import session
from vtclinic.features.matching import api as matching
from vtclinic.features.scheduling.models import Appointment, State


def held_sessions() -> dict[tuple[UUID, UUID], matching.Held]:
    """Return, by patient and therapist, how many sessions were held, when the first began and when the last one begins; one query."""
    past = Appointment.ends_at <= clock.now()
    first = func.min(case((past, Appointment.starts_at)))
    counted = (
        select(Appointment.patient_uid, Appointment.therapist_uid, func.count(case((past, 1))), first, func.max(Appointment.starts_at))
        .where(Appointment.state.in_((State.BOOKED, State.DONE)))
        .group_by(Appointment.patient_uid, Appointment.therapist_uid)
    )
    rows = session().execute(counted)
    return {(patient, therapist): matching.Held(count, begun, last) for patient, therapist, count, begun, last in rows if count}
