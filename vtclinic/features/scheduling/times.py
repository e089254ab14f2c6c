"""Open times: a therapist's working hours, minus what is busy, cut into whole slots.

Hours are wall times in the therapist's zone; everything that comes out is an instant in UTC, and lengths are elapsed time.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from vtclinic.core.errors import Invalid
from vtclinic.core.zones import wall_instant, zone

DAY = timedelta(days=1)
NOTHING = timedelta(0)


@dataclass(frozen=True)
class WallInterval:
    """From one wall time to another; an end not after the start lies on the next day, so 00:00 ends a day."""

    start: time
    end: time

    def on(self, day: date, zone_name: str) -> Slot:
        """Return the instants this interval covers on a day; the end may come before the start where the clocks jump."""
        last = day if self.end > self.start else day + DAY
        return Slot(wall_instant(day, self.start, zone_name), wall_instant(last, self.end, zone_name))


@dataclass(frozen=True)
class Leave:
    """Days off, both included."""

    first: date
    last: date


@dataclass(frozen=True)
class WorkingHours:
    """Weekly hours (Monday is 0) in one IANA zone; an exception replaces its day, and an empty one closes it."""

    zone: str
    weekly: dict[int, tuple[WallInterval, ...]]
    exceptions: dict[date, tuple[WallInterval, ...]] = field(default_factory=dict)
    leave: tuple[Leave, ...] = ()

    def on(self, day: date) -> tuple[WallInterval, ...]:
        """Return the intervals that begin on a day; what runs into leave from the day before is taken away later."""
        if any(leave.first <= day <= leave.last for leave in self.leave):
            return ()
        return self.exceptions.get(day, self.weekly.get(day.weekday(), ()))


@dataclass(frozen=True)
class Busy:
    """Time that is taken, with the quiet time it needs around it; `session` counts towards the daily cap."""

    start: datetime
    end: datetime
    before: timedelta = NOTHING
    after: timedelta = NOTHING
    session: bool = True


@dataclass(frozen=True)
class Service:
    """One kind of session: its length, the step between starts, the quiet time around it, and when it can be booked."""

    length: timedelta
    step: timedelta = timedelta(minutes=30)
    before: timedelta = NOTHING
    after: timedelta = NOTHING
    notice: timedelta = NOTHING
    horizon: timedelta = timedelta(days=60)
    daily_cap: int | None = None

    def __post_init__(self) -> None:
        """Refuse a service that could never be cut into slots."""
        if self.length <= NOTHING or self.step <= NOTHING or min(self.before, self.after, self.notice, self.horizon) < NOTHING:
            raise Invalid("a service needs a length and a step above zero, and no negative times")


@dataclass(frozen=True)
class Window:
    """The part of time somebody looks at: starts from `start`, before `end`, seen from `now`."""

    start: datetime
    end: datetime
    now: datetime


@dataclass(frozen=True, order=True)
class Slot:
    """One open time, in UTC."""

    start: datetime
    end: datetime


def open_slots(hours: WorkingHours, busy: Iterable[Busy], service: Service, window: Window) -> list[Slot]:
    """Return the open slots that start within the window, earliest first.

    Slots step by elapsed time from the start of each working interval and fit whole into it. Between two sessions stays the longer of the
    quiet times they ask for. The horizon and the notice are elapsed time from `now`; the daily cap counts days in the therapist's zone.
    """
    earliest, latest = _bounds(service, window)
    if earliest >= latest:
        return []
    busy = tuple(busy)
    taken = _merged([*_with_quiet_time(busy, service), *_leave(hours)])
    candidates = _candidates(hours, service, earliest, latest)
    free = _within_cap(_free(candidates, taken), hours, busy, service.daily_cap)
    return sorted(set(free), key=lambda slot: slot.start)


def is_open(hours: WorkingHours, busy: Iterable[Busy], service: Service, *, start: datetime, now: datetime) -> bool:
    """Return whether a slot that starts at this very instant is still open."""
    return bool(open_slots(hours, busy, service, Window(start, start + timedelta(microseconds=1), now)))


def _bounds(service: Service, window: Window) -> tuple[datetime, datetime]:
    for moment in (window.start, window.end, window.now):
        if moment.utcoffset() is None:
            raise Invalid("a window needs times with a zone")
    now = window.now.astimezone(UTC)
    earliest = max(window.start.astimezone(UTC), now + service.notice)
    return earliest, min(window.end.astimezone(UTC), now + service.horizon)


def _candidates(hours: WorkingHours, service: Service, earliest: datetime, latest: datetime) -> Iterator[Slot]:
    place = zone(hours.zone)
    # One day earlier: an interval may run over midnight.
    day = earliest.astimezone(place).date() - DAY
    last = latest.astimezone(place).date()
    while day <= last:
        for interval in hours.on(day):
            yield from _cut(interval.on(day, hours.zone), service, earliest, latest)
        day += DAY


def _cut(work: Slot, service: Service, earliest: datetime, latest: datetime) -> Iterator[Slot]:
    skipped = max(0, -((work.start - earliest) // service.step))
    start = work.start + skipped * service.step
    while start < latest and start + service.length <= work.end:
        yield Slot(start, start + service.length)
        start += service.step


def _with_quiet_time(busy: Sequence[Busy], service: Service) -> Iterator[Slot]:
    for entry in busy:
        start, end = entry.start.astimezone(UTC), entry.end.astimezone(UTC)
        yield Slot(start - max(entry.before, service.after), end + max(entry.after, service.before))


def _leave(hours: WorkingHours) -> Iterator[Slot]:
    for leave in hours.leave:
        yield Slot(wall_instant(leave.first, time(0), hours.zone), wall_instant(leave.last + DAY, time(0), hours.zone))


def _merged(taken: Iterable[Slot]) -> list[Slot]:
    merged: list[Slot] = []
    for entry in sorted(taken):
        if merged and entry.start <= merged[-1].end:
            merged[-1] = Slot(merged[-1].start, max(merged[-1].end, entry.end))
        else:
            merged.append(entry)
    return merged


def _free(candidates: Iterable[Slot], taken: Sequence[Slot]) -> Iterator[Slot]:
    ends = [entry.end for entry in taken]
    for slot in candidates:
        place = bisect_left(ends, slot.start)
        # An entry that ends exactly at the slot's start does not touch it; the one after it may.
        while place < len(taken) and taken[place].end <= slot.start:
            place += 1
        if place == len(taken) or taken[place].start >= slot.end:
            yield slot


def _within_cap(slots: Iterable[Slot], hours: WorkingHours, busy: Iterable[Busy], cap: int | None) -> Iterator[Slot]:
    if cap is None:
        yield from slots
        return
    place = zone(hours.zone)
    held = Counter(entry.start.astimezone(place).date() for entry in busy if entry.session)
    yield from (slot for slot in slots if held[slot.start.astimezone(place).date()] < cap)
