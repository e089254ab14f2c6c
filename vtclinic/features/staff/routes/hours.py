"""A therapist's weekly hours and days away."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from babel import dates
from flask import Response, flash, request

from vtclinic.core import clock
from vtclinic.core.access import roles
from vtclinic.core.errors import Invalid
from vtclinic.core.forms import listed
from vtclinic.core.i18n import PSEUDO_LOCALE, current_locale, pseudo
from vtclinic.core.i18n import gettext as _
from vtclinic.core.policy import THERAPIST
from vtclinic.core.web import actor, go, page
from vtclinic.features.staff import practice as service
from vtclinic.features.staff.forms import DAYS, LeaveForm, ZoneForm, read_hours
from vtclinic.features.staff.models import Interval
from vtclinic.features.staff.practice import MOST_INTERVALS
from vtclinic.features.staff.routes.blueprint import bp, me

Shown = list[tuple[str, str]]


@bp.get("/practice/hours")
@roles(THERAPIST)
def hours() -> Response:
    """Show the week, one free row more than is filled."""
    mine = service.own_practice(actor())
    form = ZoneForm(formdata=None, timezone=mine.timezone)
    return _hours_page({day: _texts(rows) for day, rows in mine.weekly_hours.items()}, form)


@bp.post("/practice/hours")
@roles(THERAPIST)
def hours_submit() -> Response:
    """Keep the week."""
    form = ZoneForm()
    weekly, wrong = read_hours(request.form)
    try:
        if wrong or not form.validate():
            raise Invalid(next(iter(wrong.values()), ""), fields=wrong)
        service.change_hours(actor(), me(), weekly)
        service.change_practice(actor(), me(), timezone=form.timezone.data)
    except Invalid as error:
        form.take_errors(error)
        return _hours_page(_typed(), form, wrong=error.fields, status=422)
    flash(_("Saved. Clients see new times at once. Booked sessions stay."), "ok")
    return go("staff.practice")


@bp.get("/practice/leave")
@roles(THERAPIST)
def leave() -> Response:
    """Show days away, and ask for more."""
    return _leave_page(_leave_form(LeaveForm(formdata=None)))


@bp.post("/practice/leave")
@roles(THERAPIST)
def leave_submit() -> Response:
    """Keep days away."""
    form = _leave_form(LeaveForm())
    if form.validate():
        cover = UUID(form.cover.data) if form.cover.data else None
        try:
            service.add_leave(actor(), me(), form.first.data, form.last.data, cover_uid=cover, words=form.words.data or "")
            flash(_("Saved. Clients with a session on these days are told and offered a choice."), "ok")
            return go("staff.leave")
        except Invalid as error:
            form.take_errors(error)
    return _leave_page(form, status=422)


@bp.post("/practice/leave/<uuid:uid>/remove")
@roles(THERAPIST)
def leave_remove(uid: UUID) -> Response:
    """Take days away back."""
    service.remove_leave(actor(), me(), uid)
    flash(_("Removed. Clients can book these days again."), "ok")
    return go("staff.leave")


def day_names() -> list[str]:
    """Return the weekdays' names, Monday first, in the reader's language."""
    locale = current_locale()
    names = dates.get_day_names("wide", locale="en" if locale == PSEUDO_LOCALE else locale, context="stand-alone")
    return [pseudo(names[day]) if locale == PSEUDO_LOCALE else names[day] for day in range(DAYS)]


def _hours_page(shown: dict[int, Shown], form: ZoneForm, *, wrong: dict[str, str] | None = None, status: int = 200) -> Response:
    week = [(day, name, _padded(shown.get(day, [])), (wrong or {}).get(f"day-{day}", "")) for day, name in enumerate(day_names())]
    return page("staff/hours.html", status=status, week=week, form=form, wrong=wrong or {})


def _leave_form(form: LeaveForm) -> LeaveForm:
    form.cover.choices = listed([("", _("Nobody by name")), *((str(uid), name) for uid, name in service.colleagues(me()))])
    return form


def _leave_page(form: LeaveForm, *, status: int = 200) -> Response:
    mine = service.own_practice(actor())
    today = clock.now().date()
    names = dict(service.colleagues(me()))
    return page("staff/leave.html", status=status, form=form, names=names, rows=[row for row in mine.leave if row.last >= today - timedelta(days=30)])


def _texts(rows: list[Interval]) -> Shown:
    return [(f"{start:%H:%M}", f"{end:%H:%M}") for start, end in rows]


def _typed() -> dict[int, Shown]:
    found: dict[int, Shown] = {}
    for day in range(DAYS):
        rows = [(request.form.get(f"start-{day}-{row}", ""), request.form.get(f"end-{day}-{row}", "")) for row in range(MOST_INTERVALS)]
        found[day] = [row for row in rows if any(row)]
    return found


def _padded(rows: Shown) -> Shown:
    return [*rows, ("", "")][:MOST_INTERVALS]
