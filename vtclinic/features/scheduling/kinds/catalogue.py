"""Which kinds of session fit one patient and one therapist: offered by the therapist, and for a first or a later session as history says."""

from __future__ import annotations

from uuid import UUID

from vtclinic.core.uow import session, writing
from vtclinic.features.scheduling.closing.days import background
from vtclinic.features.scheduling.kinds.known import every
from vtclinic.features.scheduling.models import Appointment, ServiceType

__all__ = ["every", "fitting", "kind_of", "offered"]


def kind_of(appointment: Appointment) -> ServiceType:
    """Return an appointment's kind of session, for a page with open times: one query brings closed days along."""
    if not writing():
        background(appointment.patient_uid)
        return next(kind for kind in every() if kind.uid == appointment.service_uid)
    return session().get_one(ServiceType, appointment.service_uid)


def offered() -> list[ServiceType]:
    """Return the kinds of session that can be booked, the oldest first."""
    return [kind for kind in every() if kind.active]


def fitting(therapist_uid: UUID, patient_uid: UUID | None) -> list[ServiceType]:
    """Return the kinds that this patient can book with this therapist; somebody unknown is new to everybody."""
    first = therapist_uid not in background(patient_uid).known
    return [kind for kind in offered() if kind.is_offered_by(therapist_uid) and kind.is_for(first=first)]
