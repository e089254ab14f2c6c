"""The rota as the clinic keeps it: a week's pattern, exceptions for single days, and a week as everybody reads it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select

from vtclinic.core import clock
from vtclinic.core.audit import record
from vtclinic.core.errors import Invalid, NotFound
from vtclinic.core.i18n import gettext as _
from vtclinic.core.policy import CLINIC_ADMIN, THERAPIST, Actor, authorize
from vtclinic.core.scope import current_clinic
from vtclinic.core.uow import session
from vtclinic.features.crisis import duty, policy, rules
from vtclinic.features.crisis.duty_models import DutyOverride, DutySpan, Post
from vtclinic.features.crisis.people import present, staff_with
from vtclinic.features.staff import api as staff
from vtclinic.identity import service as identity

WEEK = 7
MOST_SPANS, FARTHEST = 100, timedelta(days=366)
# What a pattern without an end would hide: exceptions older than this are not listed.
SHOWN_BACK = timedelta(days=1)


@dataclass(frozen=True)
class Day:
    """One day of the week view; `away` are the people on it who are on leave or switched off then, which leaves their post empty."""

    day: date
    shifts: tuple[duty.Shift, ...]
    away: frozenset[UUID]


@dataclass(frozen=True)
class RotaPage:
    """All that the page shows; `names` holds everybody who is named on it."""

    days: tuple[Day, ...]
    standing: duty.Standing
    next_at: datetime | None
    pattern: tuple[duty.Entry, ...]
    exceptions: tuple[duty.Entry, ...]
    names: dict[UUID, str]
    therapists: tuple[identity.User, ...]
    lead: UUID | None

    @property
    def gaps(self) -> int:
        """How many stretches of the week have nobody."""
        return sum(self.is_gap(day, shift) for day in self.days for shift in day.shifts)

    def here(self, day: Day, uid: UUID | None) -> UUID | None:
        """Return somebody unless they are away that day."""
        return uid if uid is not None and uid not in day.away else None

    def is_gap(self, day: Day, shift: duty.Shift) -> bool:
        """Tell whether nobody is on call then, leave counted."""
        return self.here(day, shift.primary) is None and self.here(day, shift.backup) is None


@dataclass(frozen=True)
class Stretch:
    """What a form asks for: from when to when (minutes after midnight), which post, who."""

    starts: int
    ends: int
    post: str
    user_uid: UUID | None


def rota(actor: Actor, first: date) -> RotaPage:
    """Return a week from its first day, for the administrators and for everybody who may be on it."""
    authorize(actor, policy.can_see_rota)
    today, last = duty.local_day(clock.now()), first + timedelta(days=WEEK - 1)
    kept = duty.entries(min(first, today) - SHOWN_BACK, max(last, today) + FARTHEST)
    shifts = duty.shifts(kept, first, WEEK)
    people = {person.uid: person for person in staff_with(THERAPIST, active=False)}
    away = _away(first, last, people.values())
    days = [first + timedelta(days=number) for number in range(WEEK)]
    return RotaPage(
        days=tuple(Day(day, tuple(one for one in shifts if duty.local_day(one.start) == day), frozenset(away[day])) for day in days),
        standing=duty.standing(kept),
        next_at=duty.next_on_call(clock.now(), kept),
        pattern=tuple(row for row in kept if row.weekday is not None),
        exceptions=tuple(row for row in kept if row.day is not None),
        names={uid: person.name for uid, person in people.items()},
        therapists=tuple(one for one in people.values() if one.state == identity.UserState.ACTIVE),
        lead=rules.in_force().lead_uid,
    )


def add_spans(actor: Actor, weekdays: Iterable[int], wanted: Stretch) -> None:
    """Add a stretch to the pattern of some weekdays."""
    authorize(actor, policy.can_rule)
    chosen = sorted(set(weekdays))
    if not chosen or not set(chosen) <= set(range(WEEK)):
        raise Invalid(_("Choose at least one day."), fields={"weekdays": _("Choose at least one day.")})
    if wanted.user_uid is None:
        raise Invalid(_("Choose who is on call."), fields={"user_uid": _("Choose who is on call.")})
    _check(wanted)
    if (session().scalar(select(func.count()).select_from(DutySpan)) or 0) + len(chosen) > MOST_SPANS:
        raise Invalid(_("That is more than a week's pattern can hold. Remove some first."))
    made = [DutySpan(weekday=day, starts=wanted.starts, ends=wanted.ends, post=Post(wanted.post), user_uid=wanted.user_uid) for day in chosen]
    session().add_all(made)
    _note(actor)


def remove_span(actor: Actor, uid: UUID) -> None:
    """Take a stretch out of the pattern."""
    authorize(actor, policy.can_rule)
    _remove(actor, session().get(DutySpan, uid))


def add_override(actor: Actor, day: date, wanted: Stretch) -> None:
    """Let somebody else (or nobody) have a post for a stretch of one day."""
    authorize(actor, policy.can_rule)
    today = duty.local_day(clock.now())
    if not today - SHOWN_BACK <= day <= today + FARTHEST:
        raise Invalid(_("Choose a day from today on, within a year."), fields={"day": _("Choose a day from today on, within a year.")})
    _check(wanted)
    session().add(DutyOverride(day=day, starts=wanted.starts, ends=wanted.ends, post=Post(wanted.post), user_uid=wanted.user_uid, made_at=clock.now()))
    _note(actor)


def remove_override(actor: Actor, uid: UUID) -> None:
    """Take an exception back; the pattern counts again."""
    authorize(actor, policy.can_rule)
    _remove(actor, session().get(DutyOverride, uid))


def monday_of(moment: datetime) -> date:
    """Return the Monday of the week an instant lies in, on the clinic's clock."""
    day = duty.local_day(moment)
    return day - timedelta(days=day.weekday())


def _check(wanted: Stretch) -> None:
    wrong = {}
    if not (0 <= wanted.starts < duty.DAY_MINUTES and 0 <= wanted.ends <= duty.DAY_MINUTES):
        wrong["starts"] = _("Write a time such as 18:00.")
    if wanted.post not in set(Post):
        wrong["post"] = _("Choose first or backup.")
    if wanted.user_uid is not None and not present([wanted.user_uid], leave=False):
        wrong["user_uid"] = _("Choose a therapist who works here.")
    if wrong:
        raise Invalid(next(iter(wrong.values())), fields=wrong)


def _remove(actor: Actor, row: DutySpan | DutyOverride | None) -> None:
    if row is None:
        raise NotFound
    session().delete(row)
    _note(actor)


def _note(actor: Actor) -> None:
    session().flush()
    record(actor, "risk.rota", "clinic", current_clinic().uid)


def _away(first: date, last: date, people: Iterable[identity.User]) -> dict[date, set[UUID]]:
    leave = staff.TherapistLeave
    rows = list(session().scalars(select(leave).where(leave.first <= last, leave.last >= first)))
    gone = {person.uid for person in people if person.state != identity.UserState.ACTIVE}
    days = [first + timedelta(days=number) for number in range(WEEK)]
    return {day: gone | {row.therapist_uid for row in rows if row.first <= day <= row.last} for day in days}


def colleagues() -> list[tuple[UUID, str]]:
    """Return the therapists who work here now, by name."""
    return [(person.uid, person.name) for person in staff_with(THERAPIST)]


def names() -> dict[UUID, str]:
    """Return everybody who can have made a version of the rules or be named in one."""
    return {person.uid: person.name for role in (THERAPIST, CLINIC_ADMIN) for person in staff_with(role, active=False)}
