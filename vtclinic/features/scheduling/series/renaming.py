"""Which time becomes which when a series changes from one day on.

The times that are known, and those of the pattern after them, are one row of people at a door: the one chosen gets the new first day, the one
behind it the next of the new pattern, and so on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from enum import StrEnum

from vtclinic.core.uow import session
from vtclinic.features.scheduling.recurrence import LAST, Every, Pattern, Rule, days, nth_of, nth_words
from vtclinic.features.scheduling.series import lookup
from vtclinic.features.scheduling.series.models import Series, SeriesTime, Why

# Further than any horizon of booking.
FAR = timedelta(days=800)
DAY, MONTH = timedelta(days=1), timedelta(days=31)


class Scope(StrEnum):
    """How much of a series a change means."""

    ONE = "one"
    FOLLOWING = "following"
    ALL = "all"


@dataclass(frozen=True)
class Rhythm:
    """Another rhythm: every so many weeks on one weekday, or each month in the same week of it, or in its last week."""

    every: Every
    interval: int = 1
    last: bool = False


@dataclass(frozen=True)
class Shift:
    """Where the time called `day` goes, how much goes with it, and in which rhythm from there on, unless it stays the same."""

    day: date
    to: date
    wall: time
    scope: Scope
    rhythm: Rhythm | None = None


def aimed(series: Series, shift: Shift) -> Shift:
    """Return a change of all as the change of the first that is still to come and what follows, moved as far as the chosen one."""
    if shift.scope is not Scope.ALL:
        return shift
    first = min((each.row.day for each in lookup.coming(series) if each.stands), default=shift.day)
    to = shift.to + (first - shift.day)
    if (shift.rhythm.every if shift.rhythm else series.every) == Every.MONTH:
        to = _in_month(first, shift.to, _nth(series, shift))
        if shift.rhythm is not None and to < first:
            to = _in_month(first.replace(day=1) + MONTH, shift.to, _nth(series, shift))
    return replace(shift, day=first, to=to, scope=Scope.FOLLOWING)


def names(series: Series, shift: Shift) -> dict[date, date]:
    """Return what the days from `shift.day` on are called after a change that means what follows."""
    old = _row(series, shift.day)
    return dict(zip(old, days(pattern(series, shift), shift.to, shift.to + 6 * FAR), strict=False))


def pattern(series: Series, shift: Shift) -> Pattern:
    """Return what a series follows from the changed time on; a number of times counts what is left of it."""
    now = series.pattern
    count = len(_row(series, shift.day, all_of_them=True)) if now.rule.count else None
    until = now.rule.until + (shift.to - shift.day) if now.rule.until else None
    every, interval = (shift.rhythm.every, shift.rhythm.interval) if shift.rhythm else (now.rule.every, now.rule.interval)
    nth = _nth(series, shift) if every is Every.MONTH else None
    return Pattern(shift.to, shift.wall, now.zone, Rule(every, interval, nth, count, until))


def rename(rows: Sequence[SeriesTime], new: dict[date, date], *, keep_unnamed: bool = True) -> None:
    """Call rows by their new days; all leave before any comes back, since a new name may be the old one of another.

    What was left out because something was in the way is forgotten: its new time may be free.
    """
    kept = [
        SeriesTime(
            series_uid=row.series_uid,
            day=new.get(row.day, row.day),
            local=row.local,
            zone=row.zone,
            at=row.at,
            state=row.state,
            why=row.why,
            appointment_uid=row.appointment_uid,
        )
        for row in rows
        if (row.appointment_uid is not None or row.why == Why.CHOSEN) and (keep_unnamed or row.day in new)
    ]
    for row in rows:
        session().delete(row)
    session().flush()
    session().add_all(kept)
    session().flush()


def _row(series: Series, since: date, *, all_of_them: bool = False) -> list[date]:
    end = date.max - DAY if all_of_them else max(since, series.first) + FAR
    known = {each.row.day for each in lookup.times(series, since=since)}
    return sorted(known | set(days(series.pattern, since, end)))


def _nth(series: Series, shift: Shift) -> int:
    fitting = nth_words(shift.to)
    if shift.rhythm is not None:
        return LAST if shift.rhythm.last else fitting[0]
    return series.nth if series.nth in fitting else fitting[0]


def _in_month(month: date, like: date, nth: int) -> date:
    """Return the nth day, in somebody's month, that has the weekday of another one."""
    begin = month.replace(day=1)
    return nth_of(begin + timedelta(days=(like.weekday() - begin.weekday()) % 7), nth)
