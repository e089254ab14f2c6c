"""A therapist's calendar as a list, day by day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from vtclinic.core import clock
from vtclinic.core.audit import record
from vtclinic.core.i18n import current_timezone
from vtclinic.core.policy import Actor, authorize
from vtclinic.core.zones import zone
from vtclinic.features.scheduling import diary, policy
from vtclinic.features.scheduling.models import Appointment
from vtclinic.identity.service import User, users

WEEK = timedelta(days=7)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Entry:
    """One line: a session and with whom."""

    appointment: Appointment
    person: User
    is_next: bool


@dataclass(frozen=True)
class AgendaDay:
    """One day on the reader's clock."""

    date: date
    entries: list[Entry]


@dataclass(frozen=True)
class Agenda:
    """One week, from Monday."""

    days: list[AgendaDay]
    today: date

    @property
    def first(self) -> date:
        """Return its Monday."""
        return self.days[0].date

    @property
    def last(self) -> date:
        """Return its Sunday."""
        return self.days[-1].date

    @property
    def earlier(self) -> date:
        """Return the Monday before."""
        return self.first - WEEK

    @property
    def later(self) -> date:
        """Return the Monday after."""
        return self.first + WEEK

    @property
    def booked(self) -> int:
        """Count the sessions that take place."""
        return sum(not entry.appointment.is_cancelled for day in self.days for entry in day.entries)


def day(therapist_uid: UUID, on: date) -> list[Appointment]:
    """Return a therapist's sessions of one day on the reader's clock, cancelled ones left out, earliest first."""
    found = diary.days(therapist_uid, on, on, current_timezone().key)
    return [row for row in found if not row.is_cancelled]


def week(actor: Actor, monday: date | None = None) -> Agenda:
    """Return the actor's week on their own clock, and note that they looked."""
    authorize(actor, policy.can_have_calendar)
    assert actor.uid is not None  # the policy let a signed-in person through
    place = current_timezone()
    today = clock.now().astimezone(place).date()
    first = monday or today
    first -= timedelta(days=first.weekday())
    rows = diary.days(actor.uid, first, first + WEEK - DAY, place.key)
    people = users({row.patient_uid for row in rows})
    coming = _next(rows)
    if rows:
        record(actor, "calendar.read", "calendar", str(actor.uid))
    return Agenda([AgendaDay(on, list(_entries(rows, people, on, coming))) for on in (first + number * DAY for number in range(7))], today)


def _entries(rows: list[Appointment], people: dict[UUID, User], on: date, coming: UUID | None) -> Iterator[Entry]:
    place = zone(current_timezone().key)
    for row in rows:
        if row.patient_uid in people and row.starts_at.astimezone(place).date() == on:
            yield Entry(row, people[row.patient_uid], row.uid == coming)


def _next(rows: list[Appointment]) -> UUID | None:
    now: datetime = clock.now()
    return next((row.uid for row in rows if row.is_booked and row.ends_at > now), None)
