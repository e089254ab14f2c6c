"""A therapist's sessions of one day."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from vtclinic.core.i18n import current_timezone
from vtclinic.features.scheduling import diary
from vtclinic.features.scheduling.models import Appointment


def day(therapist_uid: UUID, on: date) -> list[Appointment]:
    """Return a therapist's sessions of one day on the reader's clock, cancelled ones left out, earliest first."""
    found = diary.days(therapist_uid, on, on, current_timezone().key)
    return [row for row in found if not row.is_cancelled]
