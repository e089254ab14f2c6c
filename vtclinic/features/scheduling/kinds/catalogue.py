"""Which kinds of session fit one patient and one therapist: offered by the therapist, and for a first or a later session as history says."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from vtclinic.core.uow import once, session
from vtclinic.features.scheduling.closing.days import background
from vtclinic.features.scheduling.models import ServiceType


@once
def every() -> list[ServiceType]:
    """Return all kinds of session, those that are no longer offered too, the oldest first."""
    return list(session().scalars(select(ServiceType).order_by(ServiceType.uid)))


def offered() -> list[ServiceType]:
    """Return the kinds of session that can be booked, the oldest first."""
    return [kind for kind in every() if kind.active]


def fitting(therapist_uid: UUID, patient_uid: UUID | None) -> list[ServiceType]:
    """Return the kinds that this patient can book with this therapist; somebody unknown is new to everybody."""
    first = therapist_uid not in background(patient_uid).known
    return [kind for kind in offered() if kind.is_offered_by(therapist_uid) and kind.is_for(first=first)]
