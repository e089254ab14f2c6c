"""Open pages hear that a session changed: by its id alone, and what they show they ask for themselves."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from vtclinic.core.sockets import publish, user_room
from vtclinic.features.scheduling.models import Appointment

CHANGED = "calendar.changed"


def tell_pages(uid: UUID, people: Iterable[UUID]) -> None:
    """Tell these people's open pages about a session once the unit of work has committed."""
    for person in people:
        publish(user_room(person), CHANGED, {"appointment": str(uid)})


def tell_both(appointment: Appointment) -> None:
    """Tell the open pages of its therapist and of its patient."""
    tell_pages(appointment.uid, (appointment.therapist_uid, appointment.patient_uid))
