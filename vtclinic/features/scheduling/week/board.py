"""A day or a week of a therapist's calendar, laid out: columns of days, and in each what stands there and where."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from vtclinic.core import clock
from vtclinic.core.audit import record
from vtclinic.core.errors import NotFound
from vtclinic.core.i18n import current_timezone
from vtclinic.core.i18n import gettext as _
from vtclinic.core.policy import Actor, authorize
from vtclinic.core.uow import session
from vtclinic.core.zones import zone
from vtclinic.features.scheduling import policy
from vtclinic.features.scheduling.closing.days import closures
from vtclinic.features.scheduling.hours import hours_of
from vtclinic.features.scheduling.models import ceiling, floor
from vtclinic.features.scheduling.times import Leave, WorkingHours
from vtclinic.features.scheduling.week.axis import Axis, DayShape, Span, axis, shape
from vtclinic.features.scheduling.week.marks import Mark, MarkKind, marks
from vtclinic.features.staff import api as staff

DAY = timedelta(days=1)
WEEK = 7
LANES = 4
# Shown at least, in minutes of the day.
USUAL = Span(8 * 60, 18 * 60)


class View(StrEnum):
    """How much is shown, and how."""

    DAY = "day"
    WEEK = "week"
    LIST = "list"


@dataclass(frozen=True)
class Wanted:
    """What the address asks for; `whole` shows the night as well."""

    view: View = View.WEEK
    day: date | None = None
    whole: bool = False


@dataclass(frozen=True)
class Place:
    """Where something is drawn: its first row, how many rows, and its lane among those at the same time."""

    row: int
    rows: int
    lane: int = 1
    lanes: int = 1


@dataclass(frozen=True)
class Drawn:
    """One thing in one day; `place` is None when it lies outside the hours shown."""

    mark: Mark
    place: Place | None
    is_next: bool = False
    goes_on: bool = False


@dataclass(frozen=True)
class Column:
    """One day: what stands in it, when the therapist works, and what its clock skips. `now` is the row of the present moment.

    `holiday` names the reason for which the clinic is closed that day; `works` tells that the therapist works all the same.
    """

    shape: DayShape
    entries: list[Drawn]
    open: list[Place]
    missing: list[Place]
    away: bool
    holiday: str = ""
    works: bool = True
    now: int = 0

    @property
    def date(self) -> date:
        """Return its date."""
        return self.shape.date


@dataclass(frozen=True)
class Board:
    """What the page shows."""

    view: View
    columns: list[Column]
    axis: Axis
    today: date
    zone: str
    hours_zone: str
    whole: bool
    hidden: int = 0

    @property
    def first(self) -> date:
        """Return the first day."""
        return self.columns[0].date

    @property
    def last(self) -> date:
        """Return the last day."""
        return self.columns[-1].date

    @property
    def focus(self) -> date:
        """Return the day to keep in view when the view changes: today, or the first one shown."""
        return self.today if self.first <= self.today <= self.last else self.first

    @property
    def earlier(self) -> date:
        """Return a day of the stretch before."""
        return self.first - len(self.columns) * DAY

    @property
    def later(self) -> date:
        """Return a day of the stretch after."""
        return self.last + DAY

    @property
    def booked(self) -> int:
        """Count the sessions that take place."""
        return sum(entry.mark.kind in (MarkKind.SESSION, MarkKind.GROUP) and not entry.goes_on for column in self.columns for entry in column.entries)

    @property
    def changes(self) -> list[DayShape]:
        """Return the days on which the clocks change."""
        return [column.shape for column in self.columns if column.shape.skipped or column.shape.twice]


def read_view(text: str | None) -> View:
    """Return the view that an address names; a week unless it names one."""
    return View(text) if text in set(View) else View.WEEK


def board(actor: Actor, wanted: Wanted) -> Board:
    """Return the actor's own calendar on their own clock, and note that they looked."""
    authorize(actor, policy.can_have_calendar)
    assert actor.uid is not None  # the policy let a signed-in person through
    place = current_timezone().key
    today = clock.now().astimezone(zone(place)).date()
    shapes = [shape(on, place) for on in _days(wanted, today)]
    found = marks(actor.uid, shapes[0].start, shapes[-1].end)
    told = _told(actor.uid, shapes)
    if any(mark.of_a_client for mark in found):
        record(actor, "calendar.read", "calendar", str(actor.uid))
    work = [_work(told.hours, each) for each in shapes]
    drawn = axis(shapes, None if wanted.whole else _shown(shapes, work, found))
    columns = [_column(each, told, found, drawn) for each in shapes]
    hidden = sum(entry.place is None and entry.mark.takes_time for column in columns for entry in column.entries)
    return Board(wanted.view, columns, drawn, today, place, told.hours.zone, wanted.whole, hidden)


def _days(wanted: Wanted, today: date) -> list[date]:
    day = min(max(wanted.day or today, date(1970, 1, 5)), date(2200, 1, 1))
    if wanted.view is View.DAY:
        return [day]
    first = day - timedelta(days=day.weekday())
    return [first + number * DAY for number in range(WEEK)]


@dataclass(frozen=True)
class _Told:
    """When a therapist works, with all days off taken out, and which those are: their leave, and the clinic's closed days by name."""

    hours: WorkingHours
    leave: Sequence[Leave]
    closed: dict[date, str]
    worked: frozenset[date]


def _told(therapist_uid: UUID, shapes: Sequence[DayShape]) -> _Told:
    # With the leave in one query: the page has few to spare.
    wanted = select(staff.Therapist).where(staff.Therapist.uid == therapist_uid).options(joinedload(staff.Therapist.leave))
    found = session().scalars(wanted).unique().one_or_none()
    if found is None:
        raise NotFound()
    # The therapist's days may begin before the reader's, and end after.
    shut = closures(shapes[0].date - DAY, shapes[-1].date + DAY)
    names = {each.day: each.name or _("Closed") for each in shut.days if each.closed}
    worked = frozenset(day for uid, day in shut.worked if uid == therapist_uid)
    return _Told(hours_of(found, shut.leave_of(therapist_uid)), hours_of(found).leave, names, worked)


def _work(hours: WorkingHours, day: DayShape) -> list[tuple[datetime, datetime]]:
    """Return when the therapist works within a day of the reader; the hours may be of another zone, so its days around count too."""
    place = zone(hours.zone)
    on, last = (day.start - DAY).astimezone(place).date(), day.end.astimezone(place).date()
    found = []
    while on <= last:
        for interval in hours.on(on):
            slot = interval.on(on, hours.zone)
            start, end = max(slot.start, day.start), min(slot.end, day.end)
            if start < end:
                found.append((start, end))
        on += DAY
    return sorted(found)


def _shown(shapes: Sequence[DayShape], work: Iterable[list[tuple[datetime, datetime]]], found: Iterable[Mark]) -> Span:
    """Return the hours to show: the usual ones, working hours and sessions. Busy times elsewhere alone stretch nothing."""
    whole = Axis((), Span(0, 24 * 60))
    spans = [USUAL] + [whole.span(floor(start), ceiling(end), shapes[0].zone) for rows in work for start, end in rows]
    for mark in found:
        if mark.kind is not MarkKind.OUTSIDE and mark.kind is not MarkKind.OFF:
            spans += [whole.span(start, end, day.zone) for day in shapes for start, end in _within(mark, day)]
    return Span(min(span.start for span in spans), max(span.end for span in spans))


def _within(mark: Mark, day: DayShape) -> Iterator[tuple[datetime, datetime]]:
    start, end = max(floor(mark.start), day.start), min(ceiling(mark.end), day.end)
    if start < end:
        yield start, end


def _column(day: DayShape, told: _Told, found: list[Mark], drawn: Axis) -> Column:
    coming = _next(found)
    entries = [(mark, drawn.span(start, end, day.zone)) for mark in found for start, end in _within(mark, day)]
    taking = [span for mark, span in entries if mark.takes_time]
    lanes = iter(_lanes(taking, drawn))
    places = [next(lanes) if mark.takes_time else None for mark, _span in entries]  # what was called off is listed, and not drawn
    listed = [Drawn(mark, place, mark.uid == coming, goes_on=mark.start < day.start) for (mark, _span), place in zip(entries, places, strict=True)]
    now = clock.now()
    on = day.start.astimezone(zone(told.hours.zone)).date()
    return Column(
        day,
        listed,
        open=[place for start, end in _work(told.hours, day) if (place := _place(drawn.span(floor(start), ceiling(end), day.zone), drawn))],
        missing=[place for span in drawn.missing(day) if (place := _place(span, drawn))],
        away=any(leave.first <= on <= leave.last for leave in told.leave),
        holiday=told.closed.get(on, ""),
        works=on not in told.closed or on in told.worked,
        now=_row_of(now, day, drawn),
    )


def _row_of(now: datetime, day: DayShape, drawn: Axis) -> int:
    if not day.start <= now < day.end:
        return 0
    place = drawn.of(floor(now), day.zone)
    return drawn.row(place) if drawn.shown.start <= place < drawn.shown.end else 0


def _place(span: Span, drawn: Axis) -> Place | None:
    row, end = drawn.row(span.start), drawn.row(span.end)
    return Place(row, end - row) if end > row else None


def _lanes(spans: list[Span], drawn: Axis) -> list[Place | None]:
    """Put what overlaps side by side; more than four at a time share the last lane."""
    placed: list[Place | None] = [None] * len(spans)
    group: list[tuple[int, int]] = []
    ends: list[int] = []
    for number, span in [*enumerate(spans), (-1, Span(1 << 30, 1 << 30))]:
        if ends and span.start >= max(ends):
            _settle(group, len(ends), spans, placed, drawn)
            group, ends = [], []
        lane = next((lane for lane, end in enumerate(ends) if end <= span.start), len(ends))
        if lane == len(ends):
            ends.append(span.end)
        else:
            ends[lane] = span.end
        group.append((number, lane))
    return placed


def _settle(group: list[tuple[int, int]], count: int, spans: list[Span], placed: list[Place | None], drawn: Axis) -> None:
    lanes = min(count, LANES)
    for number, lane in group:
        place = _place(spans[number], drawn)
        placed[number] = Place(place.row, place.rows, min(lane, lanes - 1) + 1, lanes) if place else None


def _next(found: Iterable[Mark]) -> UUID | None:
    now = clock.now()
    return next((mark.uid for mark in found if mark.is_booked and mark.end > now), None)
