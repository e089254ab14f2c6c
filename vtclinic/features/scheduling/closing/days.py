"""Which days are closed, and for whom: public holidays of the clinic's country, days the clinic added or opened, and therapists who work all the same."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache, lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Date, Select, Uuid, bindparam, cast, literal, null, select, union_all

from vtclinic.core import clock
from vtclinic.core.later import Later
from vtclinic.core.scope import current_clinic
from vtclinic.core.uow import answer_once, once, session
from vtclinic.features.scheduling.closing.models import ClinicDay, ClosingRules, DayWorked
from vtclinic.features.scheduling.kinds.known import every
from vtclinic.features.scheduling.models import Appointment, ServiceType, State
from vtclinic.features.scheduling.times import DAY, Leave

holidays = Later("holidays")
# The farthest that a session can be booked or planned ahead, and days for zones.
FARTHEST = timedelta(days=369)
# What makes the next session with somebody a later one.
COUNTS = (State.BOOKED, State.DONE, State.NO_SHOW)


@dataclass(frozen=True)
class Holiday:
    """One day of the list: closed or open, from the public calendar or the clinic's own."""

    day: date
    name: str
    public: bool
    closed: bool


@dataclass(frozen=True)
class Closures:
    """The days of a stretch that are closed, and who works on which of them."""

    days: tuple[Holiday, ...]
    public: bool = True
    region: str = ""
    worked: frozenset[tuple[UUID, date]] = frozenset()
    workers: frozenset[UUID] = field(init=False)
    common: tuple[Leave, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Make what most therapists have in common once."""
        object.__setattr__(self, "workers", frozenset(uid for uid, _day in self.worked))
        object.__setattr__(self, "common", tuple(Leave(each.day, each.day) for each in self.days if each.closed))

    def within(self, first: date, last: date) -> Closures:
        """Return the same for fewer days, both included."""
        return replace(self, days=tuple(each for each in self.days if first <= each.day <= last))

    def leave_of(self, therapist_uid: UUID) -> tuple[Leave, ...]:
        """Return the closed days as days off of one therapist."""
        if therapist_uid not in self.workers:
            return self.common
        return tuple(day for day in self.common if (therapist_uid, day.first) not in self.worked)


@dataclass(frozen=True)
class Background:
    """What a search for open times needs besides who is busy: closed days, and the therapists a patient had a session with or has one booked."""

    closures: Closures
    known: frozenset[UUID]


@once
def background(patient_uid: UUID | None) -> Background:
    """Return it for the days that can be booked, with one query."""
    today = clock.now().date()
    return _read(today - DAY, today + FARTHEST, patient_uid)


def closures(first: date, last: date) -> Closures:
    """Return what is closed in a stretch of days, both included, with one query."""
    return _read(first, last, None).closures


def _read(first: date, last: date, patient_uid: UUID | None) -> Background:
    public, region = True, ""
    own: dict[date, tuple[bool, str]] = {}
    worked: set[tuple[UUID, date]] = set()
    known: set[UUID] = set()
    services: list[ServiceType] = []
    for kind, day, yes, words, uid, service in session().execute(_told(), {"first": first, "last": last, "patient": patient_uid}):
        if kind == "rules":
            public, region = yes, words
        elif kind == "day":
            own[day] = yes, words
        elif kind == "worked":
            worked.add((uid, day))
        elif service is not None:
            services.append(service)
        else:
            known.add(uid)
    answer_once(every, sorted(services, key=lambda each: each.uid))
    shared = {day: name for day, name in public_holidays(current_clinic().country, region, first, last).items() if public}
    return Background(Closures(tuple(_merged(shared, own)), public, region, frozenset(worked)), frozenset(known))


def public_holidays(country: str, region: str, first: date, last: date) -> dict[date, str]:
    """Return the public holidays of a place in a stretch of days; none for a place that the library does not know."""
    found: dict[date, str] = {}
    for year in range(first.year, last.year + 1):
        found |= {day: name for day, name in _year(country, region, year) if first <= day <= last}
    return found


def regions(country: str) -> list[str]:
    """Return the codes of a country's regions with holidays of their own."""
    return list(_places().get(country, []))


@lru_cache(maxsize=256)
def _year(country: str, region: str, year: int) -> tuple[tuple[date, str], ...]:
    if country not in _places() or (region and region not in regions(country)):
        return ()
    return tuple(sorted(holidays.country_holidays(country, subdiv=region or None, years=year).items()))


def _places() -> dict[str, list[str]]:
    # The library keeps the answer.
    return holidays.list_supported_countries(include_aliases=False)


def _merged(shared: dict[date, str], own: dict[date, tuple[bool, str]]) -> list[Holiday]:
    found = {}
    for day in shared.keys() | own.keys():
        closed, words = own.get(day, (True, ""))
        if day in shared or closed:
            found[day] = Holiday(day, words or shared.get(day, ""), day in shared, closed)
    return [found[day] for day in sorted(found)]


@cache
def _told() -> Select[Any]:
    # One query for five tables: every page with open times asks it.
    days = bindparam("first", type_=Date), bindparam("last", type_=Date)
    no_day, nobody, yes, nothing = cast(null(), Date), cast(null(), Uuid), cast(literal(True), Boolean), literal("")
    had = (Appointment.patient_uid == bindparam("patient", type_=Uuid())) & Appointment.state.in_(COUNTS)
    lines = union_all(
        select(literal("rules").label("kind"), no_day.label("day"), ClosingRules.public, ClosingRules.region, nobody.label("uid")),
        select(literal("day"), ClinicDay.day, ClinicDay.closed, ClinicDay.name, nobody).where(ClinicDay.day.between(*days)),
        select(literal("worked"), DayWorked.day, yes, nothing, DayWorked.therapist_uid).where(DayWorked.day.between(*days)),
        select(literal("known"), no_day, yes, nothing, Appointment.therapist_uid).where(had).distinct(),
        select(literal("service"), no_day, yes, nothing, ServiceType.uid),
    ).subquery("line")
    return select(*lines.c, ServiceType).outerjoin(ServiceType, (lines.c.kind == "service") & (ServiceType.uid == lines.c.uid))
