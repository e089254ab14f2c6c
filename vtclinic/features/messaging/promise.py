"""When a patient can expect a reply: by the end of the therapist's next working day (domain facts §5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta

from vtclinic.core.zones import zone

LATEST = time(17, 0)
LOOK_AHEAD = 14
Hours = Mapping[int, Sequence[tuple[time, time]]]


def reply_by(written_at: datetime, hours: Hours, timezone: str) -> datetime:
    """Return the instant of the promise.

    `hours` maps a weekday (Monday 0) to wall-time intervals in `timezone`; without any, Monday to Friday until 17:00 is assumed.
    """
    working = hours if any(hours.values()) else {day: [(time(9), LATEST)] for day in range(5)}
    place = zone(timezone)
    first = written_at.astimezone(place).date()
    for ahead in range(1, LOOK_AHEAD + 1):
        day = first + timedelta(days=ahead)
        if intervals := working.get(day.weekday()):
            end = min(max(end for _, end in intervals), LATEST) if any(start < LATEST for start, _ in intervals) else max(end for _, end in intervals)
            return datetime.combine(day, end, place).astimezone(UTC)
    return written_at + timedelta(days=LOOK_AHEAD)
