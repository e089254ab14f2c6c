"""A plan before anything is booked: its coming times on both people's clocks, what the clocks do, and which times are in the way of something."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from vtclinic.core import clock
from vtclinic.core.errors import Invalid, NotFound
from vtclinic.core.i18n import gettext as _
from vtclinic.core.policy import Actor, authorize
from vtclinic.core.uow import once
from vtclinic.core.zones import wall_instant
from vtclinic.features.records import api as records
from vtclinic.features.scheduling import diary
from vtclinic.features.scheduling.booking import NotBookable
from vtclinic.features.scheduling.busy import busy_of
from vtclinic.features.scheduling.closing.days import background
from vtclinic.features.scheduling.hours import hours_of
from vtclinic.features.scheduling.kinds import catalogue
from vtclinic.features.scheduling.models import ServiceType, ceiling, floor
from vtclinic.features.scheduling.recurrence import Occurrence, Pattern, Recurrence, Window
from vtclinic.features.scheduling.series import policy
from vtclinic.features.scheduling.series.clocks import Mark, marks
from vtclinic.features.scheduling.series.models import Why
from vtclinic.features.scheduling.times import Busy, Leave, Slot, WorkingHours
from vtclinic.features.staff import api as staff
from vtclinic.identity.service import User, user

DAY = timedelta(days=1)
# How far a preview looks, and how many times it shows when they lie close.
AHEAD = timedelta(days=366)
SHOWN = 12
# Of these it is known why nobody works then.
DAYS_OFF = (Why.LEAVE, Why.CLOSED)


@dataclass(frozen=True)
class Draft:
    """What somebody would agree on."""

    patient_uid: UUID
    therapist_uid: UUID
    pattern: Pattern
    service_uid: UUID | None = None
    format: str = ""
    minutes: int | None = None


@dataclass(frozen=True)
class Terms:
    """A draft with what it rests on: the two people, the kind of session, and until when the licence holds."""

    draft: Draft
    therapist: staff.Therapist
    patient: User
    service: ServiceType
    format: str
    licensed_until: date

    @property
    def length(self) -> timedelta:
        """Return how long each time lasts."""
        return timedelta(minutes=self.draft.minutes or self.service.minutes)

    @property
    def horizon(self) -> datetime:
        """Return until when times are booked today."""
        return clock.now() + timedelta(days=self.service.horizon_days)


@dataclass(frozen=True)
class Line:
    """One coming time: what the clocks do there, what is in its way, and whether it would be booked at once."""

    time: Occurrence
    end: datetime
    mark: Mark
    why: Why | None
    outside: bool
    soon: bool


@dataclass(frozen=True)
class Preview:
    """What would come of a draft."""

    terms: Terms
    lines: list[Line]

    @property
    def in_the_way(self) -> list[Line]:
        """Return the times that something stands in the way of."""
        return [line for line in self.lines if line.why is not None]

    @property
    def marked(self) -> int:
        """Count the times at which a clock or the gap has changed."""
        return sum(not line.mark.is_quiet for line in self.lines)


def terms(actor: Actor, draft: Draft) -> Terms:
    """Look whether these two can have a series; raises NotFound for others' clients, NotBookable without a licence, Invalid for a wrong first day."""
    authorize(actor, policy.can_plan)
    if actor.uid != (draft.therapist_uid if actor.is_therapist else draft.patient_uid) or not cared_for(draft.patient_uid, draft.therapist_uid):
        raise NotFound()
    today = clock.now().date()
    if not today - DAY <= draft.pattern.first <= today + AHEAD:
        raise Invalid(_("Look at the first day."), fields={"first": _("Choose a day from today on, within a year.")})
    return agreed(draft)


def agreed(draft: Draft) -> Terms:
    """Return what a draft rests on, asking nobody's leave: for what both agreed on before."""
    profile = records.patient(draft.patient_uid)
    licensed = staff.first_licensed([draft.therapist_uid], profile.country, profile.region, clock.now().date())
    if licensed is None:
        raise NotBookable(_("This therapist may not work where you are on that day."), hint=_("Ask a person to help."))
    (therapist, last), kind = licensed, _service(draft)
    return Terms(draft, therapist, user(draft.patient_uid), kind, _format(therapist, draft.format), last)


def preview(actor: Actor, draft: Draft) -> Preview:
    """Return the coming times of a draft, each with what is in its way; nothing is stored."""
    found = terms(actor, draft)
    return Preview(found, lines(found, coming(found)))


def preview_of(draft: Draft) -> Preview:
    """Return the same for what the two have in hand already."""
    found = agreed(draft)
    return Preview(found, lines(found, coming(found)))


def coming(found: Terms) -> list[Occurrence]:
    """Return the coming times that a preview shows: all that would be booked at once, and some after."""
    now = clock.now()
    ahead = Recurrence(found.draft.pattern).between(Window(now, now + AHEAD))
    soon = sum(each.start < found.horizon for each in ahead)
    return ahead[: max(soon, SHOWN)]


def lines(found: Terms, times: Sequence[Occurrence], *, own: Collection[Slot] = ()) -> list[Line]:
    """Return times with their marks; `own` are sessions that would make room, as their claims reach."""
    reasons = why(found, times, own=own)
    hours = hours_of(found.therapist)
    told = marks([each.start for each in times], found.therapist.timezone, found.patient.timezone)
    return [
        Line(each, each.start + found.length, mark, reason, reason not in DAYS_OFF and not _within(hours, each.start, each.start + found.length), each.start < found.horizon)
        for each, mark, reason in zip(times, told, reasons, strict=True)
    ]


def why(found: Terms, times: Sequence[Occurrence], *, own: Collection[Slot] = ()) -> list[Why | None]:
    """Return what is in the way of each time, or None."""
    if not times:
        return []
    people = [found.therapist.uid, found.patient.uid]
    taken = busy_of(people, times[0].start, times[-1].start + found.length)
    busy = [entry for entries in taken.values() for entry in entries if Slot(entry.start, entry.end) not in own]
    closed = background(found.patient.uid).closures.leave_of(found.therapist.uid)
    return [_reason(found, each, busy, closed) for each in times]


def _reason(found: Terms, each: Occurrence, busy: Iterable[Busy], closed: Iterable[Leave]) -> Why | None:
    start, end = floor(each.start), ceiling(each.start + found.length)
    if each.local.date() > found.licensed_until:
        return Why.LICENCE
    if _touches(found, start, end, hours_of(found.therapist).leave):
        return Why.LEAVE
    if _touches(found, start, end, closed):
        return Why.CLOSED
    if any(entry.start < end and start < entry.end for entry in busy):
        return Why.TAKEN
    return None


def _touches(found: Terms, start: datetime, end: datetime, off: Iterable[Leave]) -> bool:
    zone = found.therapist.timezone
    return any(wall_instant(each.first, time(0), zone) < end and start < wall_instant(each.last + DAY, time(0), zone) for each in off)


def _within(hours: WorkingHours, start: datetime, end: datetime) -> bool:
    """Tell whether a session lies within the working hours of its day; an interval may have begun the day before."""
    first = start.date() - DAY
    spans = (interval.on(day, hours.zone) for day in (first, first + DAY, first + 2 * DAY) for interval in hours.on(day))
    return any(span.start <= start and end <= span.end for span in spans)


def _service(draft: Draft) -> ServiceType:
    if draft.service_uid is not None:
        return catalogue.kind_of(draft.service_uid, draft.patient_uid)
    return services_for(draft.therapist_uid)[0]


@once
def cared_for(patient_uid: UUID, therapist_uid: UUID) -> bool:
    """Tell whether these two are in care together."""
    return records.in_care(patient_uid, therapist_uid)


@once
def services_for(therapist_uid: UUID) -> list[ServiceType]:
    """Return the kinds of session that a therapist can hold again and again."""
    offered = diary.services()
    fitting = [kind for kind in offered if kind.is_offered_by(therapist_uid) and kind.is_for(first=False)]
    return fitting or offered


def _format(therapist: staff.Therapist, wanted: str) -> str:
    live = [code for code in ("video", "audio", "chat") if code in therapist.formats]
    return wanted if wanted in live else next(iter(live), "video")
