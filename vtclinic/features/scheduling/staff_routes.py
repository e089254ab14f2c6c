"""Pages about sessions for therapists: the calendar, one session, cancelling it. The clinic's administrators see one session too."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, request

from vtclinic.core import clock
from vtclinic.core.access import roles
from vtclinic.core.audit import record
from vtclinic.core.errors import Invalid
from vtclinic.core.i18n import current_timezone, fmt
from vtclinic.core.i18n import gettext as _
from vtclinic.core.policy import CLINIC_ADMIN, THERAPIST, authorize
from vtclinic.core.web import actor, go, page
from vtclinic.features.records import api as records
from vtclinic.features.scheduling import approving, calling_off, diary, late, missing, policy, screens
from vtclinic.features.scheduling.forms import CancelForm
from vtclinic.features.scheduling.models import Appointment
from vtclinic.features.scheduling.week.board import Wanted, board, read_view
from vtclinic.identity.service import user

bp = Blueprint("calendar", __name__, url_prefix="/calendar", template_folder="templates")
therapists = roles(THERAPIST)
staff = roles(THERAPIST, CLINIC_ADMIN)


@bp.get("")
@therapists
def index() -> Response:
    """Show a day or a week of the calendar, drawn or as a list."""
    asked = request.args
    shown = board(actor(), Wanted(read_view(asked.get("view")), screens.read_day(asked.get("day") or asked.get("week")), whole=asked.get("whole") == "1"))
    hours = [(row, fmt.time(datetime(2000, 1, 1, hour, tzinfo=UTC), "UTC")) for row, hour in shown.axis.hours()]
    return page("scheduling/calendar.html", board=shown, hours=hours, what=screens.what)


@bp.get("/<uuid:uid>")
@staff
def show(uid: UUID) -> Response:
    """Show one session; administrators see when and with whom, and no words."""
    appointment = diary.appointment(uid)
    coming = missing.look(actor(), appointment)
    record(actor(), "appointment.read", "appointment", uid, patient_uid=appointment.patient_uid)
    more: dict[str, Any] = {"late": late.of(appointment), "coming": coming, "form": CancelForm(formdata=None)}
    if actor().is_clinic_admin:
        return page("scheduling/clinic_show.html", **words_of(appointment), **more, therapist=user(appointment.therapist_uid))
    care = records.in_care(appointment.patient_uid, appointment.therapist_uid)
    return page("scheduling/staff_show.html", **words_of(appointment), **more, care=care)


@bp.get("/requests")
@therapists
def requests() -> Response:
    """Show who asks for a time."""
    return page("scheduling/requests.html", rows=approving.waiting(actor()), what=screens.what, zone=current_timezone().key)


@bp.post("/<uuid:uid>/accept")
@therapists
def accept(uid: UUID) -> Response:
    """Say yes to a request."""
    approving.accept(actor(), uid)
    flash(_("It is booked. Your client is told."), "ok")
    return go("calendar.show", uid=uid)


@bp.post("/<uuid:uid>/decline")
@therapists
def decline(uid: UUID) -> Response:
    """Say no to a request."""
    form = CancelForm()
    approving.decline(actor(), uid, words=(form.words.data or "") if form.validate() else "")
    flash(_("They are told, and the time is free again."), "ok")
    return go("calendar.requests")


@bp.get("/<uuid:uid>/cancel")
@therapists
def confirm_cancel(uid: UUID) -> Response:
    """Say what cancelling means, before it happens."""
    appointment = _mine(uid)
    if not appointment.holds_time or appointment.starts_at <= clock.now():
        return go("calendar.show", uid=uid)
    return page("scheduling/staff_cancel.html", **words_of(appointment), form=CancelForm(formdata=None))


@bp.post("/<uuid:uid>/cancel")
@therapists
def cancel(uid: UUID) -> Response:
    """Cancel it."""
    appointment, form = _mine(uid), CancelForm()
    if form.validate():
        try:
            calling_off.cancel(actor(), uid, words=form.words.data or "")
        except Invalid as error:
            form.take_errors(error)
        else:
            return go("calendar.show", uid=uid)
    return page("scheduling/staff_cancel.html", status=422, **words_of(appointment), form=form)


def words_of(appointment: Appointment) -> dict[str, Any]:
    """Return what the staff's pages about one session say."""
    return {"it": appointment, "person": user(appointment.patient_uid), "what": screens.what, "zone": current_timezone().key}


def _mine(uid: UUID) -> Appointment:
    appointment = diary.appointment(uid)
    authorize(actor(), policy.is_its_therapist, appointment)
    return appointment
