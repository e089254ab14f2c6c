"""Recurring times: wall time and IANA zone in, instants out; knows no database.

A rule is unrolled on naive wall times, and each is then set on the zone's clock: the time on the wall stays whatever the clocks do. A wall
time that is skipped shifts forward by the gap, one that is repeated takes the earlier offset.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from dateutil.rrule import MONTHLY, WEEKLY, rrule

from vtclinic.core.errors import Invalid
from vtclinic.core.zones import wall_instant, zone

LAST = -1
MOST_WEEKS = 26
MOST_MONTHS = 12
MOST_TIMES = 520
# Where clocks differ most from UTC, and a day that a zone left out, stay within it.
MARGIN = timedelta(days=3)


class Every(StrEnum):
    """What a rule steps by."""

    WEEK = "week"
    MONTH = "month"


class Trap(StrEnum):
    """What the zone's clock does to a wall time."""

    NONE = ""
    SKIPPED = "skipped"
    REPEATED = "repeated"


@dataclass(frozen=True)
class Rule:
    """Every `interval` weeks on the first day's weekday, or every `interval` months on its `nth` weekday (1 to 4, or LAST).

    It ends after `count` times or after the day `until`; with neither it goes on. Times taken out still count, as in RFC 5545.
    """

    every: Every = Every.WEEK
    interval: int = 1
    nth: int | None = None
    count: int | None = None
    until: date | None = None

    def __post_init__(self) -> None:
        """Refuse what no calendar could hold."""
        most = MOST_WEEKS if self.every is Every.WEEK else MOST_MONTHS
        if not 1 <= self.interval <= most or (self.count is not None and not 1 <= self.count <= MOST_TIMES):
            raise Invalid("a rule steps by one week or more, and happens at least once")
        if self.count is not None and self.until is not None:
            raise Invalid("a rule ends by a number of times or by a day, not by both")
        if (self.every is Every.MONTH) != (self.nth in (1, 2, 3, 4, LAST)):
            raise Invalid("a monthly rule needs its week of the month, and a weekly one has none")


@dataclass(frozen=True)
class Pattern:
    """A rule from its first day on, at one wall time in one zone."""

    first: date
    wall: time
    zone: str
    rule: Rule = Rule()

    def __post_init__(self) -> None:
        """Refuse a first day on which the rule does not fall, and a zone nobody knows."""
        zone(self.zone)
        if self.rule.nth is not None and nth_of(self.first, self.rule.nth) != self.first:
            raise Invalid("the first day is not the one that the rule names")


@dataclass(frozen=True)
class Moved:
    """An exception: this time happens on another day or at another wall time."""

    day: date
    wall: time


CANCELLED = None
# By the day that the rule names: where the time went, or CANCELLED.
Exceptions = Mapping[date, Moved | None]


@dataclass(frozen=True)
class Occurrence:
    """One time: `day` is the rule's own and names it for good; `local` is what the wall was to show, `start` the instant in UTC."""

    day: date
    local: datetime
    start: datetime
    trap: Trap = Trap.NONE
    moved: bool = False


@dataclass(frozen=True)
class Window:
    """From one instant to before another."""

    start: datetime
    end: datetime


@dataclass(frozen=True)
class Recurrence:
    """A pattern and what was taken out of it or moved."""

    pattern: Pattern
    exceptions: Exceptions = field(default_factory=dict)

    def between(self, window: Window) -> list[Occurrence]:
        """Return what happens in a window, earliest first; what was moved into it comes too."""
        found = (occurrence for day in self._days(window) if (occurrence := self._at(day)) is not None)
        return sorted((each for each in found if window.start <= each.start < window.end), key=lambda each: each.start)

    def _days(self, window: Window) -> Iterator[date]:
        first, last = (window.start - MARGIN).date(), (window.end + MARGIN).date()
        named = set(days(self.pattern, first, last))
        yield from named
        yield from (day for day, moved in self.exceptions.items() if moved is not None and day not in named and _is_named(self.pattern, day))

    def _at(self, day: date) -> Occurrence | None:
        if day not in self.exceptions:
            return occurrence(day, day, self.pattern.wall, self.pattern.zone)
        moved = self.exceptions[day]
        return None if moved is None else replace(occurrence(day, moved.day, moved.wall, self.pattern.zone), moved=True)


def days(pattern: Pattern, first: date, last: date) -> list[date]:
    """Return the days that a pattern names from `first` to `last`, both included."""
    found = _unrolled(pattern).between(datetime.combine(first, time(0)), datetime.combine(last, time(0)), inc=True)
    return [moment.date() for moment in found]


def occurrence(name: date, day: date, wall: time, zone_name: str) -> Occurrence:
    """Return the time that `name` stands for, when it happens on `day` at a wall time."""
    return Occurrence(name, datetime.combine(day, wall), wall_instant(day, wall, zone_name), trap(day, wall, zone_name))


def trap(day: date, wall: time, zone_name: str) -> Trap:
    """Tell whether a wall time is skipped or repeated on that day."""
    here = datetime.combine(day, wall, tzinfo=zone(zone_name))
    earlier, later = here.replace(fold=0).utcoffset(), here.replace(fold=1).utcoffset()
    assert earlier is not None
    assert later is not None
    if earlier == later:
        return Trap.NONE
    return Trap.REPEATED if earlier > later else Trap.SKIPPED


def nth_of(day: date, nth: int) -> date:
    """Return the nth weekday (that of `day`) of the month in which `day` lies; LAST is the last."""
    return _unrolled_month(day, nth)


def nth_words(day: date) -> tuple[int, ...]:
    """Return the names a day has in its month: its week, LAST when it is the last; a fifth one is LAST alone."""
    return tuple(nth for nth in (1, 2, 3, 4, LAST) if nth_of(day, nth) == day)


def _unrolled(pattern: Pattern) -> rrule:
    rule = pattern.rule
    start = datetime.combine(pattern.first, time(0))
    until = datetime.combine(rule.until, time(0)) if rule.until else None
    if rule.every is Every.WEEK:
        return rrule(WEEKLY, dtstart=start, interval=rule.interval, count=rule.count, until=until)
    assert rule.nth is not None
    weekday = start.weekday()
    return rrule(MONTHLY, dtstart=start, interval=rule.interval, count=rule.count, until=until, byweekday=weekday, bysetpos=rule.nth)


def _is_named(pattern: Pattern, day: date) -> bool:
    return bool(days(pattern, day, day))


def _unrolled_month(day: date, nth: int) -> date:
    begin = day.replace(day=1)
    months = rrule(MONTHLY, dtstart=datetime.combine(begin, time(0)), count=1, byweekday=day.weekday(), bysetpos=nth)
    return next(iter(months)).date()


def offset_at(moment: datetime, zone_name: str) -> timedelta:
    """Return how far a zone's clock is ahead of UTC at an instant."""
    offset = moment.astimezone(UTC).astimezone(zone(zone_name)).utcoffset()
    assert offset is not None
    return offset
