"""Pages that change one series: move one time, the following or all; call off the same three; book what was left out."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from flask import Response, flash, request

from vtclinic.core import clock
from vtclinic.core.access import roles
from vtclinic.core.errors import Conflict, Invalid, NotFound
from vtclinic.core.i18n import fmt
from vtclinic.core.i18n import gettext as _
from vtclinic.core.policy import THERAPIST, authorize
from vtclinic.core.web import actor, go, page
from vtclinic.core.zones import zone
from vtclinic.features.scheduling.placing import SlotTaken
from vtclinic.features.scheduling.series import changing, lookup, own_moves, policy
from vtclinic.features.scheduling.series.forms import CancelForm, FollowForm, MoveForm, PressForm
from vtclinic.features.scheduling.series.lookup import Time
from vtclinic.features.scheduling.series.models import Series
from vtclinic.features.scheduling.series.renaming import Scope
from vtclinic.features.scheduling.series.routes import around, both, bp

therapists = roles(THERAPIST)


@bp.get("/<uuid:uid>/<int:day>/cancel")
@both
def confirm_cancel(uid: UUID, day: int) -> Response:
    """Say what cancelling means, and ask how much of it."""
    series, time = _time(uid, day)
    if not time.stands:
        return go("regular.show", uid=uid)
    return page("series/cancel.html", series=series, time=time, form=CancelForm(formdata=None), late=_is_late(time), **around(series, [time]))


@bp.post("/<uuid:uid>/<int:day>/cancel")
@both
def cancel(uid: UUID, day: int) -> Response:
    """Cancel one, the following, or all."""
    series, time = _time(uid, day)
    form = CancelForm()
    if not form.validate():
        return page("series/cancel.html", status=422, series=series, time=time, form=form, late=_is_late(time), **around(series, [time]))
    changing.cancel(actor(), uid, time.row.day, Scope(form.scope.data))
    return go("regular.show", uid=uid)


@bp.get("/<uuid:uid>/<int:day>/move")
@both
def move(uid: UUID, day: int) -> Response:
    """Ask where it goes, and what goes with it; a patient moves it alone on its own page, or with all after it here."""
    series, time = _movable(uid, day)
    here = time.starts_at.astimezone(zone(series.zone))
    return _ask_move(series, time, _form(request.args if "to" in request.args else None, to=here.date(), wall=here.time()))


@bp.get("/<uuid:uid>/<int:day>/move/check")
@both
def check_move(uid: UUID, day: int) -> Response:
    """Show what would move, before it does."""
    series, time = _movable(uid, day)
    form = _form(request.args)
    shift = form.shift(time.row.day)
    if shift is None:
        return _ask_move(series, time, form, status=422)
    try:
        found = changing.foresee(actor(), uid, shift)
    except Invalid as error:
        form.take_errors(error)
        return _ask_move(series, time, form, status=422)
    except Conflict as refused:
        form.take_errors(Invalid(refused.message))
        return _ask_move(series, time, form, status=409)
    return page("series/move_check.html", series=series, time=time, form=form, found=found, **around(series, [time]))


@bp.post("/<uuid:uid>/<int:day>/move/check")
@both
def do_move(uid: UUID, day: int) -> Response:
    """Move it."""
    series, time = _movable(uid, day)
    form = _form(request.args)
    shift = form.shift(time.row.day)
    if shift is None or not PressForm().validate():
        return _ask_move(series, time, form, status=422)
    try:
        done = changing.move(actor(), uid, shift)
    except Invalid as error:
        form.take_errors(error)
        return _ask_move(series, time, form, status=422)
    except SlotTaken:
        form.take_errors(Invalid(_("One of you has something else then. Nothing was moved.")))
        return _ask_move(series, time, form, status=409)
    except Conflict as refused:
        form.take_errors(Invalid(refused.message))
        return _ask_move(series, time, form, status=409)
    if done.stayed:
        flash(_("These stay where they are, since the new time is taken: %(times)s", times="; ".join(fmt.day_time(each.starts_at) for each in done.stayed)), "note")
    return go("regular.show", uid=uid)


@bp.post("/<uuid:uid>/<int:day>/book")
@therapists
def book_left_out(uid: UUID, day: int) -> Response:
    """Book a time that was left out."""
    if PressForm().validate():
        try:
            changing.book_left_out(actor(), uid, _day(day))
        except SlotTaken:
            flash(_("It is still taken. Nothing was changed."), "note")
        except Conflict as refused:
            flash(refused.message, "note")
    return go("regular.show", uid=uid)


def _form(given: Any, **begin: Any) -> MoveForm | FollowForm:
    return (FollowForm if actor().is_patient else MoveForm)(formdata=given, **begin)


def _ask_move(series: Series, time: Time, form: MoveForm | FollowForm, *, status: int = 200) -> Response:
    if not actor().is_patient:
        return page("series/move.html", status=status, series=series, time=time, form=form, **around(series, [time]))
    refused = None
    try:
        own_moves.check_rules(series, time)
    except Conflict as error:
        refused = error
    return page("series/own_move.html", status=status, series=series, time=time, form=form, refused=refused, **around(series, [time]))


def _time(uid: UUID, day: int) -> tuple[Series, Time]:
    series, name = lookup.seen(actor(), uid), _day(day)
    found = next((each for each in lookup.times(series) if each.row.day == name), None)
    if found is None:
        raise NotFound()
    return series, found


def _movable(uid: UUID, day: int) -> tuple[Series, Any]:
    series, found = _time(uid, day)
    authorize(actor(), policy.can_move_on, series)
    if not found.stands:
        raise NotFound()
    return series, found


def _day(number: int) -> date:
    try:
        return datetime.strptime(str(number), "%Y%m%d").date()
    except ValueError:
        raise NotFound() from None


def _is_late(time: Time) -> bool:
    return actor().is_patient and time.appointment is not None and clock.now() > time.appointment.cancel_by
