"""A therapist's profile as the slot computation reads it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from vtclinic.features.scheduling.times import Leave, WallInterval, WorkingHours
from vtclinic.features.staff import api as staff

Weekly = dict[int, tuple[WallInterval, ...]]


def hours_of(therapist: staff.Therapist | staff.Timetable, closed: tuple[Leave, ...] = ()) -> WorkingHours:
    """Return working hours, leave and the clinic's closed days, as wall times in the therapist's zone."""
    weekly = _read(therapist.stored) if isinstance(therapist, staff.Timetable) else _weekly(therapist.weekly_hours)
    return WorkingHours(therapist.timezone, weekly, leave=(*(Leave(entry.first, entry.last) for entry in therapist.leave), *closed))


@lru_cache(maxsize=2048)
def _read(stored: str) -> Weekly:
    # The same words again and again: hours change a few times a year.
    return _weekly(staff.weekly_hours(stored))


def _weekly(rows: Mapping[int, Sequence[staff.Interval]]) -> Weekly:
    return {day: tuple(WallInterval(start, end) for start, end in intervals) for day, intervals in rows.items()}
