"""When a person is reminded of a time: pure arithmetic on walls, hours and quiet nights.

Days keep the wall time on the person's clock, hours are elapsed. One reminder always lands while cancelling is still in good time.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from vtclinic.core.zones import wall_instant, zone
from vtclinic.features.notifications.api import Quiet

WEEK, DAYS, HOURS, CUT_OFF, STAFF = "week", "days", "hours", "cut-off", "staff"
# Days before, on the wall; and hours before, elapsed.
_WALL = {WEEK: 7, DAYS: 2}
_BEFORE = timedelta(hours=2)
_STAFF_BEFORE = timedelta(hours=1)
# A reminder lands when its letter can be read: this much earlier than the last moment for cancelling.
_TO_READ = timedelta(minutes=15)
# A reminder this soon after the last moment for cancelling is moved before it, rather than another one added.
_NEAR = timedelta(hours=12)
# Who books later than this before the last moment for cancelling has the confirmation, which names it.
_JUST_TOLD = timedelta(hours=1)
_SHORTEST = timedelta(minutes=30)
_BEFORE_NIGHT = timedelta(minutes=5)


@dataclass(frozen=True)
class Due:
    """One reminder: which, and when."""

    kind: str
    at: datetime


@dataclass(frozen=True)
class Coming:
    """A time that comes, as far as reminders of it need to know: start, last moment for cancelling in good time, the reader's zone."""

    start: datetime
    cut_off: datetime
    zone: str


def patient_times(coming: Coming, now: datetime, *, quiet: Quiet | None = None, muted: Collection[str] = ()) -> list[Due]:
    """Return a patient's reminders that are still to come, earliest first."""
    local = coming.start.astimezone(zone(coming.zone))
    found = [Due(kind, wall_instant(local.date() - timedelta(days=days), local.time(), coming.zone)) for kind, days in _WALL.items()]
    found.append(Due(HOURS, coming.start - _BEFORE))
    found = [_awake(due, coming.start - _SHORTEST, quiet) for due in found if due.kind not in muted]
    ahead = [due for due in found if due.at > now]
    if CUT_OFF not in muted:
        ahead = _one_in_time(ahead, coming, now, quiet)
    return sorted(ahead, key=lambda due: due.at)


def staff_times(coming: Coming, now: datetime, *, quiet: Quiet | None = None) -> list[Due]:
    """Return a therapist's reminders that are still to come."""
    due = _awake(Due(STAFF, coming.start - _STAFF_BEFORE), coming.start, quiet)
    return [due] if due.at > now else []


def _one_in_time(ahead: list[Due], coming: Coming, now: datetime, quiet: Quiet | None) -> list[Due]:
    last = coming.cut_off - _TO_READ
    if coming.cut_off <= now or any(_lands(due.at, quiet) <= last for due in ahead):
        return ahead
    extra = _awake(Due(CUT_OFF, coming.cut_off - _BEFORE), last, quiet)
    if extra.at <= now:
        if coming.cut_off - now < _JUST_TOLD:
            return ahead
        extra = Due(CUT_OFF, now + (coming.cut_off - now) / 2)
    near = next((due for due in ahead if due.at < coming.cut_off + _NEAR and due.kind != HOURS), None)
    if near is not None:
        return [replace(due, at=extra.at) if due is near else due for due in ahead]
    return [*ahead, extra]


def _awake(due: Due, limit: datetime, quiet: Quiet | None) -> Due:
    """Bring a reminder forward to the evening before when the end of the quiet hours would be too late for it."""
    if _lands(due.at, quiet) <= limit or quiet is None:
        return due
    begun = quiet.begun(due.at)
    return due if begun is None else replace(due, at=begun - _BEFORE_NIGHT)


def _lands(at: datetime, quiet: Quiet | None) -> datetime:
    return (quiet.over(at) if quiet else None) or at
