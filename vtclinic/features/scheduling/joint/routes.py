"""Pages where staff book one patient with several therapists, and where a patient takes whoever of several has most room."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, flash, request

from vtclinic.core import clock
from vtclinic.core.access import roles
from vtclinic.core.errors import Conflict, Invalid
from vtclinic.core.forms import listed
from vtclinic.core.i18n import current_timezone
from vtclinic.core.i18n import gettext as _
from vtclinic.core.policy import CLINIC_ADMIN, PATIENT, THERAPIST
from vtclinic.core.web import actor, go, page
from vtclinic.features.scheduling import policy, screens
from vtclinic.features.scheduling.joint import anybody, booking
from vtclinic.features.scheduling.joint.finding import Needed
from vtclinic.features.scheduling.joint.forms import PressForm, TeamForm, WhoForm
from vtclinic.features.scheduling.openings import week_of
from vtclinic.features.scheduling.screens import Clock
from vtclinic.features.staff import api as staff
from vtclinic.identity.service import user

bp = Blueprint("joint", __name__, template_folder="../templates")
helpers = roles(CLINIC_ADMIN, THERAPIST)
patients = roles(PATIENT)


@bp.get("/sessions/new/anybody")
@patients
def anybody_times() -> Response:
    """Show a week in which any of the patient's possible therapists is free."""
    shown = anybody.open_times(actor())
    if shown is None:
        return go("matching.choices")
    zone = current_timezone().key
    week = week_of(shown, zone, screens.read_day(request.args.get("week")))
    return page("joint/anybody.html", week=week, days=screens.picker(week, Clock(zone, zone)), words=screens.week_words(week), zone=zone, service=shown.service)


@bp.get("/sessions/new/anybody/check")
@patients
def anybody_chosen() -> Response:
    """Go on with the therapist who has most room at the time."""
    start = screens.read_stamp(request.args.get("slot"))
    chosen = anybody.choose(actor(), start) if start is not None else None
    if start is None or chosen is None:
        return go("joint.anybody_times")
    return go("scheduling.check", therapist_uid=chosen, slot=screens.stamp(start))


@bp.get("/joint-sessions/new")
@helpers
def choose_person() -> Response:
    """Ask whom the session is for."""
    form = WhoForm(formdata=None)
    form.patient.choices = listed(booking.patients_of(actor()))
    return page("joint/who.html", form=form)


@bp.post("/joint-sessions/new")
@helpers
def person_chosen() -> Response:
    """Go on to the team."""
    form = WhoForm()
    form.patient.choices = listed(booking.patients_of(actor()))
    if not form.validate():
        return page("joint/who.html", status=422, form=form)
    return go("joint.new", patient_uid=form.patient.data)


@bp.get("/joint-sessions/new/<uuid:patient_uid>")
@helpers
def new(patient_uid: UUID) -> Response:
    """Ask who is needed, and show the times when enough are free."""
    return _team(patient_uid)


@bp.post("/joint-sessions/new/<uuid:patient_uid>")
@helpers
def book(patient_uid: UUID) -> Response:
    """Book the time that was chosen."""
    form = _form(patient_uid)
    start = screens.read_stamp(request.form.get("slot"))
    if start is None or not form.validate() or not PressForm().validate():
        return _team(patient_uid, problem=_("Choose a time to go on."), status=422)
    try:
        made = booking.book_together(actor(), patient_uid, _groups(form), start)
    except Conflict as taken:
        return _team(patient_uid, problem=taken.message, status=409)
    flash(_("Booked. Everybody in it is told."), "ok")
    return go("joint.booked", uid=made.uid)


@bp.get("/joint-sessions/<uuid:uid>")
@helpers
def booked(uid: UUID) -> Response:
    """Show what was booked, and who takes part."""
    shown = booking.look_at(actor(), uid)
    may_move = policy.can_look_after(actor(), shown.appointment) and shown.appointment.is_booked and shown.appointment.starts_at > clock.now()
    return page("joint/booked.html", it=shown.appointment, may_move=may_move, people=shown.people, person=shown.person, zone=current_timezone().key, what=screens.what)


def _team(patient_uid: UUID, *, problem: str = "", status: int = 200) -> Response:
    form = _form(patient_uid)
    asked = "first" in request.args
    found: list[booking.Together] = []
    if asked and form.validate():
        try:
            found = booking.joint_times(actor(), patient_uid, _groups(form))
        except Invalid as error:
            form.take_errors(error)
    faces = staff.faces({uid for each in found for uid in each.therapist_uids})
    rows = [(screens.stamp(each.slot.start), each.slot.start, staff.joined([faces[uid].name for uid in each.therapist_uids])) for each in found]
    return page("joint/new.html", status=status, form=form, asked=asked, rows=rows, person=user(patient_uid), problem=problem, zone=current_timezone().key)


def _form(patient_uid: UUID) -> TeamForm:
    people = [(str(person.uid), person.name) for person in booking.people_for(actor(), patient_uid)]
    return TeamForm(formdata=request.args, people=people) if "first" in request.args else TeamForm(formdata=None, people=people)


def _groups(form: TeamForm) -> list[Needed]:
    groups = [Needed(form.first_count.data or 1, tuple(UUID(text) for text in form.first.data or ()))]
    if form.second.data:
        groups.append(Needed(form.second_count.data or 1, tuple(UUID(text) for text in form.second.data)))
    return groups


