"""The VTIMEZONE of a zone around some moment (RFC 5545 §3.6.5).

Written here because icalendar gives the onset of summer time by the new offset instead of the old one: a strict client then reads the hour
after the change wrong.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

AROUND = timedelta(days=366)
SCAN = timedelta(days=1)
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Onset:
    """The instant from which a zone keeps another offset."""

    at: datetime
    before: timedelta
    after: timedelta


def vtimezone(place: ZoneInfo, start: datetime, end: datetime) -> Timezone:
    """Return the zone's rules from a year before `start` to a year after `end`, one observance per change."""
    # Whole days, so that the letters of one day look a zone up once.
    first = start.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - AROUND
    found = _known(place, first, end.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + AROUND + SCAN)
    offset = _offset(place, first)
    opening = Onset(first, offset, offset)
    summer_first = bool(found) and found[0].after < found[0].before
    component = Timezone()
    component.add("tzid", place.key)
    component.add_component(_observance(opening, place, summer=summer_first))
    for onset in found:
        component.add_component(_observance(onset, place, summer=onset.after > onset.before))
    return component


@lru_cache(maxsize=512)
def _known(place: ZoneInfo, first: datetime, last: datetime) -> tuple[Onset, ...]:
    return tuple(onsets(place, first, last))


def _observance(onset: Onset, place: ZoneInfo, *, summer: bool) -> TimezoneStandard | TimezoneDaylight:
    # Summer time is the larger offset here, also where the law calls winter the exception (Dublin, Casablanca): clients expect that.
    observance = TimezoneDaylight() if summer else TimezoneStandard()
    observance.add("dtstart", (onset.at + onset.before).replace(tzinfo=None))
    observance.add("tzoffsetfrom", onset.before)
    observance.add("tzoffsetto", onset.after)
    observance.add("tzname", onset.at.astimezone(place).tzname())
    return observance


def onsets(place: ZoneInfo, first: datetime, last: datetime) -> Iterator[Onset]:
    """Find every change of a zone's offset after one instant and up to another, to the minute."""
    moment = first
    while moment < last:
        following = moment + SCAN
        before, after = _offset(place, moment), _offset(place, following)
        if before != after:
            yield Onset(_change(place, moment, following), before, after)
        moment = following


def _change(place: ZoneInfo, low: datetime, high: datetime) -> datetime:
    before = _offset(place, low)
    while high - low > MINUTE:
        middle = low + (high - low) // MINUTE // 2 * MINUTE
        if _offset(place, middle) == before:
            low = middle
        else:
            high = middle
    return high


def _offset(place: ZoneInfo, moment: datetime) -> timedelta:
    offset = moment.astimezone(place).utcoffset()
    assert offset is not None  # an aware time in a real zone has one
    return offset
