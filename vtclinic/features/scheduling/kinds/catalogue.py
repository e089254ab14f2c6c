"""Which kinds of session fit one patient and one therapist: offered by the therapist, and for a first or a later session as history says."""

from __future__ import annotations

from uuid import UUID

from vtclinic.core.errors import NotFound
from vtclinic.core.uow import writing
from vtclinic.features.scheduling.closing.days import background
from vtclinic.features.scheduling.kinds.known import every
from vtclinic.features.scheduling.models import ServiceType

__all__ = ["every", "fitting", "kind_of", "offered"]


def kind_of(uid: UUID, patient_uid: UUID) -> ServiceType:
    """Return one kind of session, for a page with open times of a patient: what they need of closed days comes with the same query."""
    if not writing():
        background(patient_uid)
    found = next((kind for kind in every() if kind.uid == uid), None)
    if found is None:
        raise NotFound()
    return found


def offered() -> list[ServiceType]:
    """Return the kinds of session that can be booked, the oldest first."""
    return [kind for kind in every() if kind.active]


def fitting(therapist_uid: UUID, patient_uid: UUID | None) -> list[ServiceType]:
    """Return the kinds that this patient can book with this therapist; somebody unknown is new to everybody."""
    first = therapist_uid not in background(patient_uid).known
    return [kind for kind in offered() if kind.is_offered_by(therapist_uid) and kind.is_for(first=first)]
