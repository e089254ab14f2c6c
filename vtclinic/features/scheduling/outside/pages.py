"""The pages where therapists say which calendars elsewhere keep them busy."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response

from vtclinic.core.access import roles
from vtclinic.core.errors import Invalid
from vtclinic.core.policy import THERAPIST
from vtclinic.core.web import actor, go, page
from vtclinic.features.scheduling.forms import PressForm
from vtclinic.features.scheduling.outside import service
from vtclinic.features.scheduling.outside.forms import OutsideForm, PasswordForm
from vtclinic.features.scheduling.outside.models import Kind
from vtclinic.features.scheduling.outside.problems import WORDS
from vtclinic.features.scheduling.outside.service import NewCalendar

bp = Blueprint("outside", __name__, url_prefix="/calendar/elsewhere", template_folder="../templates")
therapists = roles(THERAPIST)


@bp.get("")
@therapists
def index() -> Response:
    """Show one's calendars elsewhere and how reading them goes."""
    return page("scheduling/outside/index.html", calendars=service.calendars_of(actor()), words=WORDS, most=service.MOST_CALENDARS)


@bp.get("/new")
@therapists
def add() -> Response:
    """Ask where a calendar is."""
    return page("scheduling/outside/add.html", form=OutsideForm(formdata=None, kind=Kind.ICS, tentative=True))


@bp.post("/new")
@therapists
def add_submit() -> Response:
    """Add it; the worker reads it at once."""
    form = OutsideForm()
    if form.validate():
        told = {field.name: field.data or "" for field in (form.kind, form.label, form.address, form.user_name, form.password)}
        try:
            row = service.add_calendar(actor(), NewCalendar(**told, tentative=bool(form.tentative.data)))
        except Invalid as error:
            form.take_errors(error)
        else:
            return go("outside.show", uid=row.uid)
    return page("scheduling/outside/add.html", status=422, form=form)


@bp.get("/<uuid:uid>")
@therapists
def show(uid: UUID) -> Response:
    """Show one: when it was read, what went wrong and how to put it right."""
    return _show(uid, PasswordForm(formdata=None))


@bp.post("/<uuid:uid>/read")
@therapists
def read(uid: UUID) -> Response:
    """Read it again."""
    if PressForm().validate():
        service.read_again(actor(), uid)
    return go("outside.show", uid=uid)


@bp.post("/<uuid:uid>/password")
@therapists
def password(uid: UUID) -> Response:
    """Take a new app password."""
    form = PasswordForm()
    if form.validate():
        try:
            service.change_password(actor(), uid, form.password.data or "")
        except Invalid as error:
            form.take_errors(error)
        else:
            return go("outside.show", uid=uid)
    return _show(uid, form, status=422)


@bp.get("/<uuid:uid>/remove")
@therapists
def confirm_remove(uid: UUID) -> Response:
    """Say what removing means, before it happens."""
    return page("scheduling/outside/remove.html", it=service.calendar_of(actor(), uid))


@bp.post("/<uuid:uid>/remove")
@therapists
def remove(uid: UUID) -> Response:
    """Remove it and what came from it."""
    if not PressForm().validate():
        return go("outside.confirm_remove", uid=uid)
    service.remove_calendar(actor(), uid)
    return go("outside.index")


def _show(uid: UUID, form: PasswordForm, *, status: int = 200) -> Response:
    found = service.calendar_of(actor(), uid)
    return page("scheduling/outside/show.html", status=status, it=found, busy=service.count_busy(found), words=WORDS, form=form)
