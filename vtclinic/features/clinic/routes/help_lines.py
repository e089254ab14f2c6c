"""Pages of the clinic's own help lines."""

from __future__ import annotations

from flask import Response, flash, request

from vtclinic.core.access import roles
from vtclinic.core.errors import Conflict, Invalid
from vtclinic.core.i18n import gettext as _
from vtclinic.core.policy import CLINIC_ADMIN
from vtclinic.core.web import actor, go, page
from vtclinic.features.clinic import help_lines as service
from vtclinic.features.clinic.forms import LineForm
from vtclinic.features.clinic.routes.blueprint import bp


@bp.get("/help-lines")
@roles(CLINIC_ADMIN)
def help_lines() -> Response:
    """Show the clinic's own numbers and the shipped ones, with the dates of their checks."""
    return page("clinic/help_lines.html", view=service.help_page(actor()))


@bp.get("/help-lines/add")
@roles(CLINIC_ADMIN)
def add_line() -> Response:
    """Ask for a number."""
    return page("clinic/help_line.html", form=LineForm(formdata=None, seen=service.help_page(actor()).seen), place=None)


@bp.post("/help-lines/add")
@roles(CLINIC_ADMIN)
def add_line_submit() -> Response:
    """Add a number."""
    return _save(None)


@bp.get("/help-lines/<int:place>")
@roles(CLINIC_ADMIN)
def change_line(place: int) -> Response:
    """Ask what to change about a number."""
    line = service.own_line(actor(), place)
    return page("clinic/help_line.html", form=LineForm(formdata=None, obj=line, seen=service.help_page(actor()).seen), place=place)


@bp.post("/help-lines/<int:place>")
@roles(CLINIC_ADMIN)
def change_line_submit(place: int) -> Response:
    """Change a number."""
    return _save(place)


@bp.post("/help-lines/<int:place>/checked")
@roles(CLINIC_ADMIN)
def confirm_line(place: int) -> Response:
    """Note that a number was checked today."""
    service.confirm_line(actor(), place, seen=request.form.get("seen", ""))
    flash(_("Noted. We ask again in 180 days."), "ok")
    return go("clinic.help_lines")


@bp.post("/help-lines/<int:place>/remove")
@roles(CLINIC_ADMIN)
def remove_line(place: int) -> Response:
    """Take a number away."""
    service.remove_line(actor(), place, seen=request.form.get("seen", ""))
    flash(_("The line is gone from Get help now."), "ok")
    return go("clinic.help_lines")


def _save(place: int | None) -> Response:
    form, status = LineForm(), 422
    if form.validate_on_submit():
        try:
            service.save_line(actor(), form.line(), place=place, seen=form.seen.data or "")
            flash(_("Saved. It stands on Get help now."), "ok")
            return go("clinic.help_lines")
        except Invalid as error:
            form.take_errors(error)
        except Conflict as error:
            form.form_errors.append(error.message)
            form.seen.data, status = service.help_page(actor()).seen, 409
    return page("clinic/help_line.html", status=status, form=form, place=place)
