"""Pages for moving one's own session: choosing the new time, seeing what it means, and doing it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Response, request

from vtclinic.core.access import roles
from vtclinic.core.i18n import current_timezone
from vtclinic.core.i18n import gettext as _
from vtclinic.core.policy import PATIENT
from vtclinic.core.web import actor, go, page
from vtclinic.features.scheduling import moving, screens
from vtclinic.features.scheduling.forms import OwnMoveForm
from vtclinic.features.scheduling.late import NotSaid
from vtclinic.features.scheduling.moving import MoveChoice, MovedMeanwhile
from vtclinic.features.scheduling.openings import week_of
from vtclinic.features.scheduling.placing import SlotTaken
from vtclinic.features.scheduling.routes import bp
from vtclinic.features.scheduling.screens import Clock


@bp.get("/sessions/<uuid:uid>/move")
@roles(PATIENT)
def choose_move(uid: UUID) -> Response:
    """Show a week of times to move to."""
    return _choose(uid)


@bp.get("/sessions/<uuid:uid>/move/check")
@roles(PATIENT)
def check_move(uid: UUID) -> Response:
    """Show both times and what moving means, before it happens."""
    start = screens.read_stamp(request.args.get("slot"))
    if start is None:
        return _choose(uid, problem=_("Choose a time to go on."), status=422)
    return _check(uid, start, OwnMoveForm(formdata=None))


@bp.post("/sessions/<uuid:uid>/move/check")
@roles(PATIENT)
def move(uid: UUID) -> Response:
    """Move it."""
    form = OwnMoveForm()
    start = screens.read_stamp(form.slot.data)
    if start is None:
        return _choose(uid, problem=_("Choose a time to go on."), status=422)
    if not form.validate():
        return _check(uid, start, form, status=422)
    try:
        moving.move(actor(), uid, start, late_said=form.late.data == "yes", seen=screens.read_number(form.seen.data))
    except SlotTaken as taken:
        return _gone(moving.choices(actor(), uid), taken)
    except (NotSaid, MovedMeanwhile) as error:
        form.form_errors.append(error.message)
        return _check(uid, start, form, status=409)
    return go("scheduling.show", uid=uid)


def _choose(uid: UUID, *, problem: str = "", status: int = 200) -> Response:
    choice = moving.choices(actor(), uid)
    week = week_of(choice.openings, current_timezone().key, screens.read_day(request.args.get("week")))
    days = screens.picker(week, _clock(choice))
    return page("scheduling/move.html", status=status, **_words(choice), week=week, days=days, words=screens.week_words(week), problem=problem)


def _check(uid: UUID, start: datetime, form: OwnMoveForm, *, status: int = 200) -> Response:
    choice = moving.choices(actor(), uid)
    if start == choice.appointment.starts_at:
        return go("scheduling.show", uid=uid)
    try:
        slot = choice.slot(start)
    except SlotTaken as taken:
        return _gone(choice, taken)
    form.slot.data, form.late.data = screens.stamp(start), "yes" if choice.counts else ""
    form.seen.data = str(choice.appointment.ics_sequence)
    return page("scheduling/move_check.html", status=status, **_words(choice), slot=slot, form=form)


def _gone(choice: MoveChoice, taken: SlotTaken) -> Response:
    days = screens.near(taken.near, _clock(choice))
    return page("scheduling/move.html", status=409, **_words(choice), week=None, days=days, words="", problem=_("Someone took this time."))


def _clock(choice: MoveChoice) -> Clock:
    return Clock(current_timezone().key, choice.appointment.therapist_zone)


def _words(choice: MoveChoice) -> dict[str, Any]:
    return {"it": choice.appointment, "choice": choice, "zone": current_timezone().key, "what": screens.what}
