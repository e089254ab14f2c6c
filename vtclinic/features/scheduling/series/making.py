"""Agree on a series: the therapist sets it up or offers it, the patient may ask for one, and whoever was asked says yes or no."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from vtclinic.core import clock
from vtclinic.core.audit import record
from vtclinic.core.errors import Conflict
from vtclinic.core.i18n import gettext as _
from vtclinic.core.ids import new_id
from vtclinic.core.policy import Actor, authorize
from vtclinic.core.uow import session
from vtclinic.core.zones import zones_version
from vtclinic.features.intake import api as intake
from vtclinic.features.records import api as records
from vtclinic.features.scheduling.booking import NotBookable
from vtclinic.features.scheduling.series import filling, lookup, planning, policy, telling
from vtclinic.features.scheduling.series.models import Series, SeriesState, SeriesTime, TimeState, Why
from vtclinic.features.scheduling.series.planning import Draft, Terms

# Enough for every habit there is; more is somebody's mistake.
MOST_OPEN = 8


@dataclass(frozen=True)
class Choices:
    """Which days to leave out, and which to book in spite of leave."""

    skip: Collection[date] = ()
    hold: Collection[date] = ()


def plan(actor: Actor, draft: Draft, choices: Choices | None = None, *, agreed: bool = False) -> Series:
    """Make a series: of a therapist who says that both agreed, booked at once; else it waits for the other's answer.

    Raises NotFound, NotBookable, Invalid as `planning.terms`, and Conflict when these two have too many or the same one already.
    """
    found, choices = planning.terms(actor, draft), choices or Choices()
    _check(found)
    series = _make(found, SeriesState.OFFERED if actor.is_therapist else SeriesState.ASKED)
    session().add(series)
    session().flush()
    record(actor, "series.planned", "series", series.uid, patient_uid=series.patient_uid)
    if actor.is_therapist and agreed:
        _start(series, choices)
        return series
    if actor.is_therapist:
        filling.leave_out(series, [each for each in planning.coming(found) if each.day in choices.skip])
    telling.tell_waits(series, series.patient_uid if actor.is_therapist else series.therapist_uid)
    return series


def accept(actor: Actor, uid: UUID, choices: Choices | None = None) -> Series:
    """Say yes to an offer or a wish: what can be booked is booked; accepting again changes nothing."""
    series = lookup.series(uid, lock=True)
    authorize(actor, policy.can_view, series)
    if series.is_running:
        return series
    authorize(actor, policy.can_answer, series)
    if not records.in_care(series.patient_uid, series.therapist_uid):
        raise NotBookable(_("This therapist cannot take you on right now."))
    other = series.therapist_uid if actor.is_patient else series.patient_uid
    _start(series, choices or Choices())
    record(actor, "series.accepted", "series", uid, patient_uid=series.patient_uid)
    telling.tell_answered(series, other)
    return series


def decline(actor: Actor, uid: UUID) -> Series:
    """Let an offer or a wish go, as either of the two."""
    series = lookup.series(uid, lock=True)
    authorize(actor, policy.can_withdraw, series)
    if series.state == SeriesState.DECLINED:
        return series
    answers = policy.can_answer(actor, series)
    series.decline(clock.now())
    record(actor, "series.declined", "series", uid, patient_uid=series.patient_uid)
    if answers:
        telling.tell_answered(series, series.therapist_uid if actor.is_patient else series.patient_uid)
    return series


def clashes(rows: Collection[SeriesTime]) -> list[date]:
    """Return the days that nobody chose to leave out and that were not booked."""
    return [row.day for row in rows if row.state == TimeState.LEFT_OUT and row.why != Why.CHOSEN]


def _start(series: Series, choices: Choices) -> None:
    series.start(clock.now())
    series.zones_version = zones_version()
    session().flush()
    rows = filling.fill(series, skip=choices.skip, hold=choices.hold)
    telling.write(series, filling.appointments(rows), telling.BOOKED)


def _check(found: Terms) -> None:
    if not intake.may_be_cared_for(found.patient.uid):
        raise NotBookable(_("There is no agreement to care yet."), hint=_("It can be given under More, in “What you agreed to”."))
    known = lookup.between(found.patient.uid, found.therapist.uid)
    if any(each.pattern == found.draft.pattern for each in known):
        raise Conflict(_("You have these regular times already. Nothing was changed."))
    if len(known) >= MOST_OPEN:
        raise Conflict(_("There are many regular times already. End some of them first."))


def _make(found: Terms, state: SeriesState) -> Series:
    pattern, now = found.draft.pattern, clock.now()
    return Series(
        uid=new_id(),
        patient_uid=found.patient.uid,
        therapist_uid=found.therapist.uid,
        service_uid=found.service.uid,
        minutes=found.service.minutes,
        format=found.format,
        zone=pattern.zone,
        first=pattern.first,
        wall=pattern.wall,
        every=pattern.rule.every,
        interval=pattern.rule.interval,
        nth=pattern.rule.nth,
        count=pattern.rule.count,
        until=pattern.rule.until,
        state=state,
        zones_version=zones_version(),
        made_at=now,
        changed_at=now,
    )
