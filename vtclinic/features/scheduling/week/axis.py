"""Where a moment lies on the drawn clock of a day, clock changes included.

All days shown share one axis: the wall's clock from midnight to midnight. An hour that one of them has twice is on the axis twice, and is
crossed out on the days that have it once; an hour that a day lacks is crossed out there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from vtclinic.core.zones import wall_instant, zone

GRAIN = 5
DAY = 24 * 60
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, order=True)
class Span:
    """A stretch of the wall's clock or of the axis, in minutes from midnight."""

    start: int
    end: int

    @property
    def minutes(self) -> int:
        """Return its length."""
        return self.end - self.start


@dataclass(frozen=True)
class DayShape:
    """One day on the clocks of a zone: its first and last instant, what its clock skips and what it shows twice."""

    date: date
    zone: str
    start: datetime
    end: datetime
    skipped: Span | None = None
    twice: Span | None = None

    @property
    def hours(self) -> float:
        """Return how long it lasts: 24, or 23, 25 and the like."""
        return (self.end - self.start).total_seconds() / 3600


def shape(on: date, zone_name: str) -> DayShape:
    """Return what a day looks like on the clocks of a zone."""
    start, end = wall_instant(on, time(0), zone_name), wall_instant(on + timedelta(days=1), time(0), zone_name)
    place = zone(zone_name)
    late = start.astimezone(place)
    skipped = Span(0, late.hour * 60 + late.minute) if late.date() == on and late.time() != time(0) else None
    twice: Span | None = None
    before, after = _offset(start, zone_name), _offset(end, zone_name)
    if before != after:
        change = _change(start, end, zone_name)
        old, new = _minutes(change + before, on), _minutes(change + after, on)
        if old < new and old < DAY:
            skipped = Span(old, min(new, DAY))
        elif new < old:
            twice = Span(max(new, 0), old)
    return DayShape(on, zone_name, start, end, skipped, twice)


@dataclass(frozen=True)
class Axis:
    """The rows of the drawing, five minutes each; `twice` are the stretches that some day shows a second time."""

    twice: tuple[Span, ...]
    shown: Span

    @property
    def rows(self) -> int:
        """Return how many rows are drawn."""
        return self.shown.minutes // GRAIN

    @property
    def length(self) -> int:
        """Return how many minutes the whole day's axis has."""
        return DAY + sum(span.minutes for span in self.twice)

    def at(self, minute: int, *, second: bool = False) -> int:
        """Return where a wall time lies on the axis; `second` is its second time round."""
        place = minute + sum(span.minutes for span in self.twice if minute >= span.end)
        inside = next((span for span in self.twice if span.start <= minute < span.end), None)
        return place + (inside.minutes if inside and second else 0)

    def of(self, moment: datetime, zone_name: str) -> int:
        """Return where an instant lies on the axis of its own day."""
        local = moment.astimezone(zone(zone_name))
        return self.at(local.hour * 60 + local.minute, second=bool(local.fold))

    def span(self, start: datetime, end: datetime, zone_name: str) -> Span:
        """Return where a stretch within one day lies; its end counts from its last five minutes, so that midnight is the day's end."""
        last = end - timedelta(minutes=GRAIN)
        return Span(self.of(start, zone_name), self.of(max(last, start), zone_name) + GRAIN)

    def row(self, place: int) -> int:
        """Return the row (from 1) of a place on the axis; what lies outside comes to the edge."""
        return (min(max(place, self.shown.start), self.shown.end) - self.shown.start) // GRAIN + 1

    def hours(self) -> list[tuple[int, int]]:
        """Return the full hours to write beside the rows, as (row, hour); an hour shown twice is written twice."""
        found = [(self.at(hour * 60), hour) for hour in range(24)]
        found += [(self.at(hour * 60, second=True), hour) for hour in range(24) for span in self.twice if span.start <= hour * 60 < span.end]
        return sorted((self.row(place), hour) for place, hour in found if self.shown.start <= place < self.shown.end)

    def missing(self, day: DayShape) -> list[Span]:
        """Return the places on the axis that a day does not have: hours that its clock skips, and other days' second hours."""
        found = [Span(self.at(day.skipped.start), self.at(day.skipped.end - 1) + 1)] if day.skipped else []
        found += [Span(self.at(span.start, second=True), self.at(span.start, second=True) + span.minutes) for span in self.twice if span != day.twice]
        return found


def axis(days: Iterable[DayShape], shown: Span | None = None) -> Axis:
    """Return the axis of some days, from and to full hours of wall time; the whole day unless told."""
    twice = tuple(sorted({day.twice for day in days if day.twice}))
    whole = Axis(twice, Span(0, DAY))
    if shown is None:
        return Axis(twice, Span(0, whole.length))
    first, last = shown.start // 60 * 60, min(-(-shown.end // 60) * 60, DAY)
    return Axis(twice, Span(whole.at(first), whole.length if last == DAY else whole.at(last)))


def _change(low: datetime, high: datetime, zone_name: str) -> datetime:
    before = _offset(low, zone_name)
    while high - low > MINUTE:
        middle = low + (high - low) // MINUTE // 2 * MINUTE
        if _offset(middle, zone_name) == before:
            low = middle
        else:
            high = middle
    return high


def _offset(moment: datetime, zone_name: str) -> timedelta:
    return moment.astimezone(zone(zone_name)).utcoffset() or timedelta()


def _minutes(wall: datetime, on: date) -> int:
    return (wall.replace(tzinfo=UTC) - datetime.combine(on, time(0), UTC)) // MINUTE
