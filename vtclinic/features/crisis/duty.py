"""Who is on call: the weekly pattern and its exceptions, read on the clinic's clock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from uuid import UUID

from sqlalchemy import select

from vtclinic.core import clock
from vtclinic.core.scope import current_clinic
from vtclinic.core.uow import once, session
from vtclinic.core.zones import wall_instant, zone
from vtclinic.features.crisis.duty_models import DutyOverride, DutySpan, Post
from vtclinic.features.crisis.people import present

DAY_MINUTES = 24 * 60
DAY = timedelta(days=1)
AHEAD = 14  # days to look for the next person on call


@dataclass(frozen=True)
class Span:
    """One stretch of somebody's duty as instants; `made_at` is set for an exception, and a later exception wins."""

    start: datetime
    end: datetime
    post: Post
    user_uid: UUID | None
    made_at: datetime | None = None


@dataclass(frozen=True)
class Shift:
    """A stretch of time in which the same people are on call; None where nobody is."""

    start: datetime
    end: datetime
    primary: UUID | None
    backup: UUID | None

    @property
    def is_gap(self) -> bool:
        """Tell whether nobody is on call."""
        return self.primary is None and self.backup is None


@dataclass(frozen=True)
class Standing:
    """Who is on call now; `known` is false for a clinic that keeps no rota."""

    primary: UUID | None
    backup: UUID | None
    known: bool

    @property
    def anybody(self) -> bool:
        """Tell whether somebody is on call."""
        return self.primary is not None or self.backup is not None


def local_day(moment: datetime) -> date:
    """Return the day on the clinic's clock."""
    return moment.astimezone(zone(current_clinic().timezone)).date()


@once
def pattern() -> list[DutySpan]:
    """Return the weekly pattern."""
    return list(session().scalars(select(DutySpan).order_by(DutySpan.weekday, DutySpan.starts, DutySpan.post, DutySpan.uid)))


@once
def overrides(first: date, last: date) -> list[DutyOverride]:
    """Return the exceptions of some days, both included."""
    chosen = select(DutyOverride).where(DutyOverride.day >= first, DutyOverride.day <= last)
    return list(session().scalars(chosen.order_by(DutyOverride.day, DutyOverride.starts, DutyOverride.made_at)))


def spans(first: date, last: date) -> list[Span]:
    """Return every stretch that touches these days, from the evening before on."""
    found = []
    day = first - DAY
    while day <= last:
        found += [_span(day, row, None) for row in pattern() if row.weekday == day.weekday()]
        day += DAY
    return found + [_span(row.day, row, row.made_at) for row in overrides(first - DAY, last)]


def on_post(listed: Iterable[Span], post: Post, moment: datetime) -> UUID | None:
    """Return who has a post at an instant: by the newest exception, else by the stretch that began last."""
    here = [span for span in listed if span.post == post and span.start <= moment < span.end]
    exceptions = [span for span in here if span.made_at is not None]
    if exceptions:
        return max(exceptions, key=lambda span: (span.made_at, span.start)).user_uid
    return max(here, key=lambda span: (span.start, str(span.user_uid))).user_uid if here else None


def standing(moment: datetime | None = None) -> Standing:
    """Return who is on call at an instant and can be: somebody on leave or switched off leaves a gap."""
    at = moment or clock.now()
    day = local_day(at)
    listed = spans(day, day)
    found = [on_post(listed, post, at) for post in (Post.PRIMARY, Post.BACKUP)]
    here = set(present([uid for uid in found if uid], day=day))
    primary, backup = (uid if uid in here else None for uid in found)
    return Standing(primary, backup if backup != primary else None, known=bool(pattern()) or bool(listed))


def shifts(first: date, days: int) -> list[Shift]:
    """Return who is on call from midnight to midnight, stretch by stretch, gaps included; people on leave are not looked up."""
    place = current_clinic().timezone
    last = first + timedelta(days=days)
    listed = spans(first, last - DAY)
    midnights = [wall_instant(first + timedelta(days=number), time(0), place) for number in range(days + 1)]
    edges = {edge for span in listed for edge in (span.start, span.end) if midnights[0] < edge < midnights[-1]}
    cuts = sorted(edges | set(midnights))
    made = [Shift(start, end, *(on_post(listed, post, start) for post in (Post.PRIMARY, Post.BACKUP))) for start, end in pairwise(cuts)]
    return _joined(made, set(midnights))


def next_on_call(after: datetime) -> datetime | None:
    """Return when somebody is next on call by the rota, within two weeks."""
    found = (shift.start for shift in shifts(local_day(after), AHEAD) if shift.start > after and not shift.is_gap)
    return next(found, None)


def _joined(made: Sequence[Shift], midnights: set[datetime]) -> list[Shift]:
    joined: list[Shift] = []
    for shift in made:
        last = joined[-1] if joined else None
        if last and shift.start not in midnights and (last.primary, last.backup) == (shift.primary, shift.backup):
            joined[-1] = Shift(last.start, shift.end, shift.primary, shift.backup)
        else:
            joined.append(shift)
    return joined


def _span(day: date, row: DutySpan | DutyOverride, made_at: datetime | None) -> Span:
    place = current_clinic().timezone
    until = day if row.ends > row.starts else day + DAY
    return Span(_instant(day, row.starts, place), _instant(until, row.ends, place), Post(row.post), row.user_uid, made_at)


def _instant(day: date, minutes: int, place: str) -> datetime:
    extra, rest = divmod(minutes, DAY_MINUTES)
    return wall_instant(day + timedelta(days=extra), time(rest // 60, rest % 60), place)
