"""Who is on call: the weekly pattern and its exceptions, read on the clinic's clock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from uuid import UUID

from sqlalchemy import Date, Integer, cast, null, select, union_all

from vtclinic.core import clock
from vtclinic.core.database import UtcDateTime
from vtclinic.core.scope import current_clinic
from vtclinic.core.uow import once, session
from vtclinic.core.zones import wall_instant, zone
from vtclinic.features.crisis.duty_models import DutyOverride, DutySpan, Post
from vtclinic.features.crisis.people import is_present

DAY_MINUTES = 24 * 60
DAY = timedelta(days=1)
AHEAD = timedelta(days=14)  # how far to look for the next person on call


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


@dataclass(frozen=True)
class Entry:
    """A stretch as it is kept: of the usual week (`weekday`) or of one day (`day`); `here` tells whether its person can work today."""

    uid: UUID
    weekday: int | None
    day: date | None
    starts: int
    ends: int
    post: str
    user_uid: UUID | None
    made_at: datetime | None
    here: bool


@once
def entries(first: date, last: date) -> list[Entry]:
    """Return the usual week and the exceptions of some days, both included, with one query."""
    usual = select(DutySpan.uid, DutySpan.weekday, cast(null(), Date).label("day"), DutySpan.starts, DutySpan.ends, DutySpan.post, DutySpan.user_uid, cast(null(), UtcDateTime).label("made_at"))
    single = select(DutyOverride.uid, cast(null(), Integer), DutyOverride.day, DutyOverride.starts, DutyOverride.ends, DutyOverride.post, DutyOverride.user_uid, DutyOverride.made_at)
    rows = union_all(usual, single.where(DutyOverride.day >= first, DutyOverride.day <= last)).subquery()
    asked = select(rows, is_present(rows.c.user_uid, local_day(clock.now())).label("here"))
    found = [Entry(*row) for row in session().execute(asked)]
    return sorted(found, key=lambda one: (one.day is not None, one.day or date.min, one.weekday or 0, one.starts, one.post, str(one.uid)))


def spans(kept: Sequence[Entry], first: date, last: date) -> list[Span]:
    """Return every stretch that touches these days, from the evening before on."""
    found = []
    day = first - DAY
    while day <= last:
        found += [_span(day, row) for row in kept if row.weekday == day.weekday() or row.day == day]
        day += DAY
    return found


def on_post(listed: Iterable[Span], post: Post, moment: datetime) -> UUID | None:
    """Return who has a post at an instant: by the newest exception, else by the stretch that began last."""
    here = [span for span in listed if span.post == post and span.start <= moment < span.end]
    exceptions = [span for span in here if span.made_at is not None]
    if exceptions:
        return max(exceptions, key=lambda span: (span.made_at, span.start)).user_uid
    return max(here, key=lambda span: (span.start, str(span.user_uid))).user_uid if here else None


def standing(kept: Sequence[Entry] | None = None) -> Standing:
    """Return who is on call now and can be: somebody on leave or switched off leaves a gap. One query, or none with `kept`."""
    now = clock.now()
    day = local_day(now)
    known = entries(day - DAY, day) if kept is None else kept
    listed, here = spans(known, day, day), {row.user_uid for row in known if row.here}
    primary, backup = (uid if (uid := on_post(listed, post, now)) in here else None for post in (Post.PRIMARY, Post.BACKUP))
    return Standing(primary, backup if backup != primary else None, known=any(row.weekday is not None for row in known) or bool(listed))


def shifts(kept: Sequence[Entry], first: date, days: int) -> list[Shift]:
    """Return who is on call from midnight to midnight, stretch by stretch, gaps included; people on leave are not looked up."""
    place = current_clinic().timezone
    last = first + timedelta(days=days)
    listed = spans(kept, first, last - DAY)
    midnights = [wall_instant(first + timedelta(days=number), time(0), place) for number in range(days + 1)]
    edges = {edge for span in listed for edge in (span.start, span.end) if midnights[0] < edge < midnights[-1]}
    cuts = sorted(edges | set(midnights))
    made = [Shift(start, end, *(on_post(listed, post, start) for post in (Post.PRIMARY, Post.BACKUP))) for start, end in pairwise(cuts)]
    return _joined(made, set(midnights))


def next_on_call(after: datetime, kept: Sequence[Entry] | None = None) -> datetime | None:
    """Return when somebody who is here is next on call by the rota, within two weeks."""
    day = local_day(after)
    known = entries(day - DAY, day + AHEAD) if kept is None else kept
    here = {row.user_uid for row in known if row.here}
    found = (shift.start for shift in shifts(known, day, AHEAD.days) if shift.start > after and here & {shift.primary, shift.backup})
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


def _span(day: date, row: Entry) -> Span:
    place = current_clinic().timezone
    until = day if row.ends > row.starts else day + DAY
    return Span(_instant(day, row.starts, place), _instant(until, row.ends, place), Post(row.post), row.user_uid, row.made_at)


def _instant(day: date, minutes: int, place: str) -> datetime:
    extra, rest = divmod(minutes, DAY_MINUTES)
    return wall_instant(day + timedelta(days=extra), time(rest // 60, rest % 60), place)
