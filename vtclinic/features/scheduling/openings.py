"""Which times are open with a therapist: hours and leave from their profile, minus what is booked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from uuid import UUID

from vtclinic.core import clock
from vtclinic.core.errors import Conflict
from vtclinic.core.i18n import gettext as _
from vtclinic.core.zones import wall_instant, zone
from vtclinic.features.scheduling.busy import busy_of, stretches_of
from vtclinic.features.scheduling.closing.days import background
from vtclinic.features.scheduling.grid import Grid, Person, open_grid
from vtclinic.features.scheduling.hours import hours_of
from vtclinic.features.scheduling.kinds import catalogue
from vtclinic.features.scheduling.models import Appointment, ServiceType, ceiling, floor
from vtclinic.features.scheduling.times import DAY, Slot, Window, WorkingHours, open_slots
from vtclinic.features.staff import api as staff

NEAR = 4
WORKDAYS = 5


class NothingOffered(Conflict):
    """No kind of session fits this patient and this therapist."""


@dataclass(frozen=True)
class Openings:
    """A therapist's open times from now to the horizon, earliest first, for one patient."""

    service: ServiceType
    slots: list[Slot]
    hours: WorkingHours

    def near(self, moment: datetime, count: int = NEAR) -> list[Slot]:
        """Return the open times nearest to a moment, in their order."""
        return sorted(sorted(self.slots, key=lambda slot: (abs(slot.start - moment), slot.start))[:count])

    def at(self, start: datetime) -> Slot | None:
        """Return the open time that starts then, if there is one."""
        return next((slot for slot in self.slots if slot.start == start), None)

    def has(self, start: datetime) -> bool:
        """Tell whether a time is open."""
        return self.at(start) is not None


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


def openings(
    therapist: staff.Therapist,
    patient_uid: UUID | None,
    *,
    until: date | None = None,
    service: ServiceType | None = None,
    without: Appointment | None = None,
) -> Openings:
    """Return when this patient can see this therapist; nothing after `until`, the last day of the licence.

    Without a kind of session it is the first that fits. `without` is an appointment that would be moved: its own time counts as free.
    """
    kind = service or _first_kind(therapist.uid, patient_uid)
    return openings_of_team([therapist], patient_uid, service=kind, until={therapist.uid: until} if until else {}, without=without)


def openings_of_team(
    team: Sequence[staff.Therapist], patient_uid: UUID | None, *, service: ServiceType, until: Mapping[UUID, date], without: Appointment | None = None
) -> Openings:
    """Return when this patient can see all of some therapists at once, by the hours of each; the first one leads.

    As `openings`, with the last day of each licence in `until`; the number of queries does not grow with the team.
    """
    now = clock.now()
    window = Window(now, now + timedelta(days=service.horizon_days), now)
    closed = background(patient_uid).closures
    found = busy_of([*(each.uid for each in team), *([patient_uid] if patient_uid is not None else [])], now, window.end)
    own = None if without is None else (floor(without.starts_at), ceiling(without.ends_at))
    theirs = [replace(entry, session=False) for entry in (found[patient_uid] if patient_uid is not None else [])]
    each_open = []
    for person in team:
        hours, last = hours_of(person, closed.leave_of(person.uid)), _last(until.get(person.uid), person.timezone)
        busy = [entry for entry in (*found[person.uid], *theirs) if (entry.start, entry.end) != own]
        each_open.append((hours, [slot for slot in open_slots(hours, busy, service.rules(), window) if last is None or slot.end <= last]))
    (hours, slots), *others = each_open
    common = set(slots).intersection(*(shown for _hours, shown in others))
    return Openings(service, [slot for slot in slots if slot in common], hours)


def first_free(therapist_uids: Iterable[UUID], patient_uid: UUID | None, *, until: Mapping[UUID, date] | None = None) -> dict[UUID, datetime | None]:
    """Return each therapist's first open time for a patient, or None; the number of queries does not grow with them."""
    return first_free_of(staff.timetables(therapist_uids), patient_uid, until=until)


def first_free_of(
    therapists: Iterable[staff.Therapist | staff.Timetable], patient_uid: UUID | None, *, until: Mapping[UUID, date] | None = None
) -> dict[UUID, datetime | None]:
    """Do the same for profiles that are read already."""
    people = list(therapists)
    found = grid_of(people, patient_uid, until=until)
    return {person.uid: found.first(person.uid) for person in people}


def grid_of(
    therapists: Sequence[staff.Therapist | staff.Timetable], patient_uid: UUID | None, *, until: Mapping[UUID, date] | None = None, days: int | None = None
) -> Grid:
    """Return the open times of many therapists for a patient, over `days` or to the horizon, each for the first kind of session that fits."""
    # Closed days first: their query brings the kinds of session along.
    now, last, told, kinds = clock.now(), until or {}, background(patient_uid), catalogue.offered()
    end = now + timedelta(days=days or max((kind.horizon_days for kind in kinds), default=0))
    closed, rules = told.closures.within(now.date() - DAY, end.date() + DAY), {kind.uid: kind.rules() for kind in kinds}
    by_history = {first: [kind for kind in kinds if kind.is_for(first=first)] for first in (True, False)}
    people = []
    for person in therapists:
        kind = next((kind for kind in by_history[person.uid not in told.known] if kind.is_offered_by(person.uid)), None)
        if kind:
            hours = hours_of(person, closed.leave_of(person.uid))
            people.append(Person(person.uid, hours, rules[kind.uid], _last(last.get(person.uid), person.timezone)))
    return open_grid(people, stretches_of([person.uid for person in people], patient_uid, now, end), Window(now, end, now))


def _first_kind(therapist_uid: UUID, patient_uid: UUID | None) -> ServiceType:
    kinds = catalogue.fitting(therapist_uid, patient_uid)
    if not kinds:
        raise NothingOffered(_("There is no session you can book here right now."), hint=_("Ask a person to help."))
    return kinds[0]


def _last(until: date | None, zone_name: str) -> datetime | None:
    return wall_instant(until + DAY, time(0), zone_name) if until else None


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

