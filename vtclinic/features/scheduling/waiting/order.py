"""Who comes first, and how long a time is kept: pure arithmetic on instants.

Each level is worth a fixed head start on the clock, so everybody's rank grows at the same pace as they wait. Whoever joins later with a
level higher can pass an entry only within that head start: nobody waits for ever while times keep coming.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from uuid import UUID

from vtclinic.core.zones import wall_instant, zone

HEAD_START = timedelta(days=28)
HOLD = timedelta(hours=12)
SHORTEST = timedelta(minutes=30)
NIGHT, MORNING = time(21), time(9)
ANSWER_BY = time(10)


def rank(joined_at: datetime, level: int, uid: UUID) -> tuple[datetime, datetime, UUID]:
    """Return a key to sort by: the least comes first."""
    return joined_at - level * HEAD_START, joined_at, uid


def hold_until(now: datetime, start: datetime, notice: timedelta, zone_name: str) -> datetime | None:
    """Return until when a session's time is kept for somebody, or None when too little time is left to ask.

    Twelve hours, or half of what is left before the session's minimum notice so that others can have it after them. An end at night moves to
    ten in the morning on the patient's clock, and nothing is ever kept past the minimum notice.
    """
    last = start - notice
    left = last - now
    if left < SHORTEST:
        return None
    ends = now + min(HOLD, max(SHORTEST, left / 2))
    return min(_awake(ends, zone_name), last)


def _awake(moment: datetime, zone_name: str) -> datetime:
    local = moment.astimezone(zone(zone_name))
    if MORNING <= local.time() < NIGHT:
        return moment
    day = local.date() + timedelta(days=local.time() >= NIGHT)
    return wall_instant(day, ANSWER_BY, zone_name)
