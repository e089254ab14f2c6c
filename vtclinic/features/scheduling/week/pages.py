"""Staff's pages for moving a session: choosing a time, checking it, and the times that the drawing offers while one drags."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from flask import Response, jsonify, request

from vtclinic.core.errors import Invalid
from vtclinic.core.i18n import current_timezone, fmt
from vtclinic.core.i18n import gettext as _
from vtclinic.core.web import actor, go, page
from vtclinic.core.zones import zone
from vtclinic.features.scheduling import moving, screens
from vtclinic.features.scheduling.forms import MoveForm
from vtclinic.features.scheduling.moving import MoveChoice, MovedMeanwhile
from vtclinic.features.scheduling.openings import week_of
from vtclinic.features.scheduling.placing import SlotTaken
from vtclinic.features.scheduling.screens import Clock
from vtclinic.features.scheduling.staff_routes import bp, staff, therapists, words_of
from vtclinic.features.scheduling.times import Slot
from vtclinic.features.scheduling.week.axis import GRAIN, axis, shape

MOST_DAYS = 7


@bp.get("/<uuid:uid>/move")
@staff
def move(uid: UUID) -> Response:
    """Show a week of times to which a session can go."""
    return _picker(moving.choices(actor(), uid))


@bp.get("/<uuid:uid>/move/check")
@staff
def check_move(uid: UUID) -> Response:
    """Say what moving means, before it happens."""
    wanted, start = moving.choices(actor(), uid), screens.read_stamp(request.args.get("slot"))
    if start is None:
        return _picker(wanted, problem=_("Choose a time to go on."), status=422)
    return _check(wanted, start)


@bp.post("/<uuid:uid>/move")
@staff
def move_submit(uid: UUID) -> Response:
    """Move it; when somebody was faster, show the times near."""
    form = MoveForm()
    start = screens.read_stamp(form.slot.data)
    if start is None:
        return _picker(moving.choices(actor(), uid), problem=_("Choose a time to go on."), status=422)
    if not form.validate():
        return _check(moving.choices(actor(), uid), start, form, status=422)
    try:
        moving.move(actor(), uid, start, seen=screens.read_number(form.seen.data))
    except SlotTaken as taken:
        return _taken(moving.choices(actor(), uid), taken)
    except MovedMeanwhile as error:
        form.form_errors.append(error.message)
        return _check(moving.choices(actor(), uid), start, form, status=409)
    return go("calendar.show", uid=uid)


@bp.get("/<uuid:uid>/open")
@therapists
def open_times(uid: UUID) -> Response:
    """Return the open times of some days for the drawing: where each begins on the axis of these days, and how to say it."""
    wanted = moving.choices(actor(), uid)
    first, last = screens.read_day(request.args.get("first")), screens.read_day(request.args.get("last"))
    if first is None or last is None or not timedelta() <= last - first < timedelta(days=MOST_DAYS):
        raise Invalid(_("These are not days of the calendar."))
    answer = jsonify(times=[*_drawn(wanted.openings.slots, first, last)])
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _drawn(slots: list[Slot], first: date, last: date) -> list[dict[str, Any]]:
    here = current_timezone().key
    drawn = axis([shape(first + timedelta(days=number), here) for number in range((last - first).days + 1)])
    found = [slot for slot in slots if first <= slot.start.astimezone(zone(here)).date() <= last]
    return [_target(slot, drawn.of(slot.start, here), here) for slot in found]


def _target(slot: Slot, place: int, here: str) -> dict[str, Any]:
    rows = int((slot.end - slot.start).total_seconds()) // 60 // GRAIN
    day = slot.start.astimezone(zone(here)).date().isoformat()
    return {"slot": screens.stamp(slot.start), "day": day, "at": place, "rows": rows, "time": fmt.time(slot.start), "words": fmt.day_time(slot.start)}


def _picker(wanted: MoveChoice, *, problem: str = "", status: int = 200) -> Response:
    here = current_timezone().key
    asked = screens.read_day(request.args.get("week"))
    own = wanted.appointment.starts_at.astimezone(zone(here)).date()
    week = week_of(wanted.openings, here, asked or own)
    days = screens.picker(week, Clock(here, wanted.appointment.patient_zone))
    return page("scheduling/week/move.html", status=status, **_words(wanted), week=week, days=days, words=screens.week_words(week), problem=problem)


def _check(wanted: MoveChoice, start: datetime, form: MoveForm | None = None, *, status: int = 200) -> Response:
    if start == wanted.appointment.starts_at:
        return go("calendar.show", uid=wanted.appointment.uid)
    try:
        slot = wanted.slot(start)
    except SlotTaken as taken:
        return _taken(wanted, taken)
    form = form or MoveForm(formdata=None)
    form.slot.data, form.seen.data = screens.stamp(start), str(wanted.appointment.ics_sequence)
    return page("scheduling/week/move_check.html", status=status, **_words(wanted), slot=slot, form=form)


def _taken(wanted: MoveChoice, taken: SlotTaken) -> Response:
    days = screens.near(taken.near, Clock(current_timezone().key, wanted.appointment.patient_zone))
    return page("scheduling/week/move_taken.html", status=409, **_words(wanted), days=days)


def _words(wanted: MoveChoice) -> dict[str, Any]:
    return {**words_of(wanted.appointment), "therapist": wanted.therapist}
