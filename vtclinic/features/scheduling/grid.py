"""Open times of many therapists at once: `times.open_slots`, computed for all of them in a few sweeps over arrays of seconds.

Whether a slot is free needs no pairing of what is taken: it is, when as many taken stretches have begun before its end as have ended by its
start. Two sorted arrays and two searches answer that for every candidate together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias
from uuid import UUID

from vtclinic.core.later import Later
from vtclinic.core.zones import wall_instant, zone
from vtclinic.features.scheduling.times import DAY, Service, Slot, Window, WorkingHours

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
else:
    np = Later("numpy")

Seconds: TypeAlias = "NDArray[np.int64]"
DAY_SECONDS = 86_400
FOREVER = 1 << 52
# Seconds of one therapist lie in a range of their own, so that all of them can be searched as one array.
SPAN = 1 << 40
# A written instant with the comma after it, and where its numbers stand.
WIDTH = 27
PARTS = ((0, 4), (5, 7), (8, 10), (11, 13), (14, 16), (17, 19))


@dataclass(frozen=True)
class Person:
    """One therapist: their hours, what can be booked with them, and the moment by which a session must have ended, if any."""

    uid: UUID
    hours: WorkingHours
    rules: Service
    until: datetime | None = None


@dataclass(frozen=True)
class Stretches:
    """What is taken of one therapist's time, in seconds, with the quiet time it asks for; the two arrays need no common order."""

    starts: Seconds
    ends: Seconds
    before: int = 0
    after: int = 0
    session: bool = True


class Grid:
    """The open times of many therapists; a slot is made when somebody asks for it."""

    def __init__(self, people: Sequence[Person], owner: Seconds, starts: Seconds) -> None:
        self._people = people
        self._starts = starts
        self._edges = np.searchsorted(owner, np.arange(len(people) + 1))
        self._place = {person.uid: number for number, person in enumerate(people)}

    def __len__(self) -> int:
        """Count the open times of all."""
        return len(self._starts)

    def first(self, uid: UUID) -> datetime | None:
        """Return a therapist's first open time, or None."""
        number = self._place.get(uid)
        if number is None:
            return None
        low, high = self._edges[number], self._edges[number + 1]
        return _moment(self._starts[low]) if low < high else None

    def slots(self, uid: UUID) -> list[Slot]:
        """Return a therapist's open times, earliest first."""
        number = self._place[uid]
        length = self._people[number].rules.length
        begins = [_moment(each) for each in self._starts[self._edges[number] : self._edges[number + 1]].tolist()]
        return [Slot(begin, begin + length) for begin in begins]


def open_grid(people: Sequence[Person], taken: Mapping[UUID, Iterable[Stretches]], window: Window) -> Grid:
    """Return the open times of these people within a window; `taken` names what is taken, whoever is absent from it is free."""
    groups: dict[Service, list[int]] = {}
    for number, person in enumerate(people):
        groups.setdefault(person.rules, []).append(number)
    found = [_of_one_kind(people, numbers, rules, taken, window) for rules, numbers in groups.items()]
    keys = np.sort(np.concatenate(found)) if found else np.empty(0, np.int64)
    # Hours that overlap offer a time twice.
    keys = keys[np.concatenate([[True], keys[1:] != keys[:-1]])] if len(keys) else keys
    return Grid(people, keys // SPAN, keys % SPAN)


def seconds(moment: datetime) -> int:
    """Return a moment in whole seconds since 1970, rounded down."""
    return int((moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(seconds=1))


def one(moment: datetime) -> Seconds:
    """Return a single moment as an array."""
    return np.array([seconds(moment)], np.int64)


def read_lines(lines: Sequence[str]) -> list[Seconds]:
    """Return the instants of each line, which a database wrote as `2026-11-26 14:00:00.000000` with commas between; an empty line has none."""
    if not any(lines):
        return [np.empty(0, np.int64) for _line in lines]
    counts = [(len(line) + 1) // WIDTH for line in lines]
    letters = np.frombuffer(",".join(line for line in lines if line).encode() + b",", np.uint8)[: sum(counts) * WIDTH].reshape(-1, WIDTH)
    digits = letters.astype(np.int64) - ord("0")
    year, month, day, hour, minute, second = (digits[:, begin:end] @ (10 ** np.arange(end - begin - 1, -1, -1)) for begin, end in PARTS)
    firsts = ((year - 1970) * 12 + month - 1).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    found = ((firsts + day - 1) * 24 + hour) * 3600 + minute * 60 + second
    return np.split(found, np.cumsum(counts)[:-1])


def _rounded_up(moment: datetime) -> int:
    return seconds(moment) + (1 if moment.microsecond else 0)


def _of_one_kind(people: Sequence[Person], numbers: list[int], rules: Service, taken: Mapping[UUID, Iterable[Stretches]], window: Window) -> Seconds:
    earliest = max(window.start.astimezone(UTC), window.now.astimezone(UTC) + rules.notice)
    latest = min(window.end.astimezone(UTC), window.now.astimezone(UTC) + rules.horizon)
    if earliest >= latest:
        return np.empty(0, np.int64)
    owner, starts = _candidates(people, numbers, rules, earliest, latest)
    length = int(rules.length.total_seconds())
    limits = np.array([seconds(person.until) if person.until else FOREVER for person in people], np.int64)
    within = starts + length <= limits[owner]
    owner, starts = owner[within], starts[within]
    keys = owner * SPAN + starts
    begun, ended = _edges(people, numbers, rules, taken)
    free = np.searchsorted(begun, keys + length, "left") == np.searchsorted(ended, keys, "right")
    return _within_cap(people, numbers, rules, taken, keys[free])


def _candidates(people: Sequence[Person], numbers: list[int], rules: Service, earliest: datetime, latest: datetime) -> tuple[Seconds, Seconds]:
    owner, begin, end = _work([people[number].hours for number in numbers], earliest, latest)
    owner = np.array(numbers, np.int64)[owner]
    step, length = int(rules.step.total_seconds()), int(rules.length.total_seconds())
    # As `times._cut`: whole steps from the interval's start, not before the earliest, before the latest, and whole within it.
    first = np.maximum(0, -((begin - _rounded_up(earliest)) // step))
    last = np.minimum((end - length - begin) // step, -((begin - _rounded_up(latest)) // step) - 1)
    number_of = np.maximum(0, last - first + 1)
    owner, begin, first = np.repeat(owner, number_of), np.repeat(begin, number_of), np.repeat(first, number_of)
    within = np.arange(len(begin)) - np.repeat(np.cumsum(number_of) - number_of, number_of)
    return owner, begin + (first + within) * step


def _work(hours: Sequence[WorkingHours], earliest: datetime, latest: datetime) -> tuple[Seconds, Seconds, Seconds]:
    """Return every working interval that can reach into the bounds: whose it is (a place in `hours`), its begin and its end."""
    # Days to spare on both sides: an interval may run over midnight, and days begin elsewhere in every zone.
    first = earliest.date() - 2 * DAY
    count = (latest.date() - first).days + 2
    walls: dict[tuple[str, time], int] = {}
    weekly: list[tuple[int, int, int, int, int]] = []
    single: list[tuple[int, int, int]] = []
    open_on = np.ones((len(hours), count), bool)
    for number, each in enumerate(hours):
        for leave in each.leave:
            open_on[number, max(0, (leave.first - first).days) : max(0, (leave.last - first).days + 1)] = False
        if each.exceptions:
            single += _one_by_one(number, each, first, count)
            continue
        for weekday, intervals in each.weekly.items():
            for interval in intervals:
                start = walls.setdefault((each.zone, interval.start), len(walls))
                end = walls.setdefault((each.zone, interval.end), len(walls))
                weekly.append((number, weekday, start, end, interval.end <= interval.start))
    owner, begin, end_at = _repeated(weekly, walls, open_on, first)
    apart = np.array(single, np.int64).reshape(-1, 3)
    return np.concatenate([owner, apart[:, 0]]), np.concatenate([begin, apart[:, 1]]), np.concatenate([end_at, apart[:, 2]])


def _repeated(
    weekly: list[tuple[int, int, int, int, int]], walls: Mapping[tuple[str, time], int], open_on: NDArray[np.bool_], first: date
) -> tuple[Seconds, Seconds, Seconds]:
    count = open_on.shape[1]
    table = np.array([_wall_seconds(zone_name, wall, first, count + 1) for zone_name, wall in walls], np.int64).reshape(len(walls), count + 1)
    owner, weekday, start, end, overnight = (column[:, None] for column in np.array(weekly, np.int64).reshape(-1, 5).T)
    day = (weekday - first.weekday()) % 7 + 7 * np.arange(-(-count // 7))
    real = day < count
    day = np.minimum(day, count - 1)
    real &= open_on[owner, day]
    whose = np.broadcast_to(owner, day.shape)
    return whose[real], table[start, day][real], table[end, day + overnight][real]


def _one_by_one(number: int, hours: WorkingHours, first: date, count: int) -> Iterator[tuple[int, int, int]]:
    for day in (first + number_of_day * DAY for number_of_day in range(count)):
        for interval in hours.on(day):
            slot = interval.on(day, hours.zone)
            yield number, seconds(slot.start), seconds(slot.end)


@lru_cache(maxsize=4096)
def _wall_seconds(zone_name: str, wall: time, first: date, count: int) -> list[int]:
    if not _jumps(zone_name, first, count):
        begin = seconds(wall_instant(first, wall, zone_name))
        return [begin + number * DAY_SECONDS for number in range(count)]
    return [seconds(wall_instant(first + number * DAY, wall, zone_name)) for number in range(count)]


@lru_cache(maxsize=512)
def _jumps(zone_name: str, first: date, count: int) -> bool:
    place = zone(zone_name)
    hours = (datetime.combine(first - DAY, time(), UTC) + timedelta(hours=number) for number in range((count + 2) * 24))
    return len({moment.astimezone(place).utcoffset() for moment in hours}) > 1


def _edges(people: Sequence[Person], numbers: list[int], rules: Service, taken: Mapping[UUID, Iterable[Stretches]]) -> tuple[Seconds, Seconds]:
    before, after = int(rules.before.total_seconds()), int(rules.after.total_seconds())
    begun: list[Seconds] = []
    ended: list[Seconds] = []
    away: list[tuple[int, int]] = []
    for number in numbers:
        shift = number * SPAN
        for entry in taken.get(people[number].uid, ()):
            begun.append(entry.starts + (shift - max(entry.before, after)))
            ended.append(entry.ends + (shift + max(entry.after, before)))
        for leave in people[number].hours.leave:
            zone_name = people[number].hours.zone
            away.append((shift + _midnight(zone_name, leave.first), shift + _midnight(zone_name, leave.last + DAY)))
    if away:
        both = np.array(away, np.int64)
        begun.append(both[:, 0])
        ended.append(both[:, 1])
    if not begun:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    return np.sort(np.concatenate(begun)), np.sort(np.concatenate(ended))


@lru_cache(maxsize=4096)
def _midnight(zone_name: str, day: date) -> int:
    return seconds(wall_instant(day, time(0), zone_name))


def _within_cap(people: Sequence[Person], numbers: list[int], rules: Service, taken: Mapping[UUID, Iterable[Stretches]], keys: Seconds) -> Seconds:
    if rules.daily_cap is None or not len(keys):
        return keys
    # Therapists with days of their own come after the others, so a therapist's times stand together only once they are sorted.
    keys = np.sort(keys)
    kept = []
    for number in numbers:
        low, high = np.searchsorted(keys, [number * SPAN, (number + 1) * SPAN])
        mine = keys[low:high] - number * SPAN
        if not len(mine):
            continue
        place = zone(people[number].hours.zone)
        held: dict[date, int] = {}
        for entry in taken.get(people[number].uid, ()):
            for begin in entry.starts.tolist() if entry.session else ():
                day = datetime.fromtimestamp(begin, place).date()
                held[day] = held.get(day, 0) + 1
        full = {day for day, count in held.items() if count >= rules.daily_cap}
        kept.append(keys[low:high][[datetime.fromtimestamp(begin, place).date() not in full for begin in mine.tolist()]])
    return np.concatenate(kept) if kept else np.empty(0, np.int64)


def _moment(value: int) -> datetime:
    return datetime.fromtimestamp(int(value), UTC)
