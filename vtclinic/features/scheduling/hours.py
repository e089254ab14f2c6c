"""A therapist's profile as the slot computation reads it."""

from __future__ import annotations

from vtclinic.features.scheduling.times import Leave, WallInterval, WorkingHours
from vtclinic.features.staff import api as staff


def hours_of(therapist: staff.Therapist) -> WorkingHours:
    """Return working hours and leave, as wall times in the therapist's zone."""
    weekly = {day: tuple(WallInterval(start, end) for start, end in rows) for day, rows in therapist.weekly_hours.items()}
    return WorkingHours(therapist.timezone, weekly, leave=tuple(Leave(entry.first, entry.last) for entry in therapist.leave))
