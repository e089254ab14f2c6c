"""Which times are open with a therapist: hours and leave from their profile, minus what is booked."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import UUID

from vtclinic.core import clock
from vtclinic.core.zones import wall_instant, zone
from vtclinic.features.scheduling import diary
from vtclinic.features.scheduling.hours import hours_of
from vtclinic.features.scheduling.models import ServiceType
from vtclinic.features.scheduling.times import Busy, Slot, Window, WorkingHours, open_slots
from vtclinic.features.staff import api as staff

NEAR = 4
SOON = (1, 4, 14)
WORKDAYS = 5


@dataclass(frozen=True)
class Openings:
    """A therapist's open times from now to the horizon, earliest first, for one patient."""

    service: ServiceType
    slots: list[Slot]
    hours: WorkingHours

    def near(self, moment: datetime, count: int = NEAR) -> list[Slot]:
        """Return the open times nearest to a moment, in their order."""
        return sorted(sorted(self.slots, key=lambda slot: (abs(slot.start - moment), slot.start))[:count])

    def has(self, start: datetime) -> bool:
        """Tell whether a time is open."""
        return any(slot.start == start for slot in self.slots)


@dataclass(frozen=True)
class Day:
    """One day of a week on the reader's clock."""

    date: date
    slots: list[Slot] = field(default_factory=list)


@dataclass(frozen=True)
class Week:
    """One week of open times on the reader's clock; `earlier` and `later` are the Mondays one can go to."""

    days: list[Day]
    earlier: date | None
    later: date | None
    next_free: date | None

    @property
    def first(self) -> date:
        """Return its first day shown."""
        return self.days[0].date

    @property
    def last(self) -> date:
        """Return its last day shown."""
        return self.days[-1].date


def openings(therapist: staff.Therapist, patient_uid: UUID | None, *, until: date | None = None) -> Openings:
    """Return when this patient can see this therapist; nothing after `until`, the last day of the licence."""
    now, hours = clock.now(), hours_of(therapist)
    taken = diary.taken([therapist.uid], patient_uid, now)
    return Openings(taken.service, _slots(hours, taken.busy[therapist.uid], taken.service, until), hours)


def first_free(therapist_uids: Iterable[UUID], patient_uid: UUID | None, *, until: Mapping[UUID, date] | None = None) -> dict[UUID, datetime | None]:
    """Return each therapist's first open time for a patient, or None; the number of queries does not grow with them."""
    return first_free_of(staff.therapists(therapist_uids).values(), patient_uid, until=until)


def first_free_of(
    therapists: Iterable[staff.Therapist], patient_uid: UUID | None, *, until: Mapping[UUID, date] | None = None
) -> dict[UUID, datetime | None]:
    """Do the same for profiles that are read already, with one query."""
    people, last = list(therapists), until or {}
    taken = diary.taken([person.uid for person in people], patient_uid, clock.now())
    return {person.uid: _first(hours_of(person), taken.busy[person.uid], taken.service, last.get(person.uid)) for person in people}


def _first(hours: WorkingHours, taken: list[Busy], service: ServiceType, until: date | None) -> datetime | None:
    """Look at the next days before the rest: most people have time soon, and a list of therapists asks for each."""
    now, rules = clock.now(), service.rules()
    last = wall_instant(until + timedelta(days=1), time(0), hours.zone) if until else None
    bounds = [now, *(now + timedelta(days=days) for days in (*(few for few in SOON if few < service.horizon_days), service.horizon_days))]
    for begin, end in itertools.pairwise(bounds):
        slots = open_slots(hours, taken, rules, Window(begin, end, now))
        if slots:
            return slots[0].start if last is None or slots[0].end <= last else None
    return None


def _slots(hours: WorkingHours, taken: list[Busy], service: ServiceType, until: date | None) -> list[Slot]:
    now = clock.now()
    slots = open_slots(hours, taken, service.rules(), Window(now, now + timedelta(days=service.horizon_days), now))
    if until is None:
        return slots
    last = wall_instant(until + timedelta(days=1), time(0), hours.zone)
    return [slot for slot in slots if slot.end <= last]


def week_of(openings: Openings, zone_name: str, monday: date | None = None) -> Week:
    """Return one week on the clocks of `zone_name`: the wanted one, or the first with an open time.

    Days gone by are left out, and a weekend shows only where it has open times.
    """
    place, now = zone(zone_name), clock.now()
    today = now.astimezone(place).date()
    horizon = (now + timedelta(days=openings.service.horizon_days)).astimezone(place).date()
    by_day: dict[date, list[Slot]] = {}
    for slot in openings.slots:
        by_day.setdefault(slot.start.astimezone(place).date(), []).append(slot)
    wanted = min(max(monday or min(by_day, default=today), today), horizon)
    first = wanted - timedelta(days=wanted.weekday())
    days = [first + timedelta(days=number) for number in range(7)]
    shown = [Day(day, by_day.get(day, [])) for day in days if day >= today and (day.weekday() < WORKDAYS or day in by_day)]
    after = [day for day in by_day if day > days[-1]]
    return Week(
        shown or [Day(today)],
        earlier=first - timedelta(days=7) if first > today else None,
        later=days[-1] + timedelta(days=1) if days[-1] < horizon else None,
        next_free=min(after, default=None),
    )

