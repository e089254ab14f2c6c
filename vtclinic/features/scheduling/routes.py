"""Pages about sessions for patients: the list, choosing a time, booking, cancelling."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, request

from vtclinic.core import clock
from vtclinic.core.access import roles
from vtclinic.core.errors import Invalid, NotFound
from vtclinic.core.i18n import current_timezone
from vtclinic.core.i18n import gettext as _
from vtclinic.core.ids import new_id
from vtclinic.core.policy import PATIENT, authorize
from vtclinic.core.web import actor, go, page
from vtclinic.features.records import api as records
from vtclinic.features.scheduling import booking, calling_off, diary, late, letters, policy, screens
from vtclinic.features.scheduling.booking import Choice, NotBookable, SlotTaken, Wish
from vtclinic.features.scheduling.forms import BookForm, LateForm, ZoneForm
from vtclinic.features.scheduling.late import NotSaid
from vtclinic.features.scheduling.models import Appointment
from vtclinic.features.scheduling.openings import week_of
from vtclinic.features.scheduling.screens import Clock
from vtclinic.features.scheduling.standing import standing
from vtclinic.features.staff import api as staff
from vtclinic.identity.service import user

bp = Blueprint("scheduling", __name__, template_folder="templates")
patients = roles(PATIENT)
SHOWN_PAST = 20


@bp.get("/sessions")
@patients
def index() -> Response:
    """Show a patient's next sessions and those before."""
    rows = screens.with_therapists(diary.appointments_of(_me()))
    coming = [row for row in reversed(rows) if row.appointment.holds_time and row.appointment.ends_at > clock.now()]
    past = [row for row in rows if row not in coming][:SHOWN_PAST]
    return page("scheduling/index.html", coming=coming, past=past, what=screens.what, standing=standing(_me()))


@bp.get("/sessions/new")
@patients
def new() -> Response:
    """Go to the times of the patient's therapist; ask which when there are several, and to the choices when there is none."""
    uids = records.therapists_of(_me())
    if not uids:
        return go("matching.choices")
    if len(uids) == 1:
        return go("scheduling.choose_time", therapist_uid=uids[0])
    people = staff.therapists(uids)
    return page("scheduling/which.html", people=[people[uid] for uid in uids if uid in people])


@bp.get("/sessions/new/<uuid:therapist_uid>")
@patients
def choose_time(therapist_uid: UUID) -> Response:
    """Show a week of open times."""
    return _picker(therapist_uid)


@bp.get("/sessions/new/<uuid:therapist_uid>/where")
@patients
def choose_zone(therapist_uid: UUID) -> Response:
    """Ask on which clock to show the times."""
    form = ZoneForm(formdata=None, zone=_zone())
    form.zone.choices = records.zone_choices()
    return page("scheduling/zone.html", therapist=staff.therapist(therapist_uid), form=form, week=request.args.get("week", ""))


@bp.get("/sessions/new/<uuid:therapist_uid>/check")
@patients
def check(therapist_uid: UUID) -> Response:
    """Show what would be booked, before it is."""
    start = screens.read_stamp(request.args.get("slot"))
    if start is None:
        return _picker(therapist_uid, problem=_("Choose a time to go on."), status=422)
    kind = _uuid(request.args.get("kind"))
    form = BookForm(formdata=None, key=str(new_id()), slot=screens.stamp(start), zone=_zone(), kind=str(kind or ""))
    return _check(Wish(therapist_uid, start, _zone(), new_id(), service_uid=kind), form)


@bp.post("/sessions/new/<uuid:therapist_uid>/check")
@patients
def book(therapist_uid: UUID) -> Response:
    """Book the time."""
    staff.therapist(therapist_uid)
    form = BookForm()
    form.format.choices = screens.named(booking.LIVE_FORMATS)
    wish = _wish(therapist_uid, form)
    if not form.validate():
        return _check(wish, form, status=422)
    try:
        appointment = booking.book(actor(), wish)
    except SlotTaken as taken:
        return _taken(therapist_uid, taken, wish.zone)
    except NotBookable as refused:
        return _refused(therapist_uid, refused)
    return go("scheduling.booked", uid=appointment.uid)


@bp.get("/sessions/<uuid:uid>/booked")
@patients
def booked(uid: UUID) -> Response:
    """Say that it is booked, and what happens before."""
    appointment = _mine(uid)
    if not appointment.holds_time:
        return go("scheduling.show", uid=uid)
    return page("scheduling/booked.html", row=screens.with_therapists([appointment])[0], what=screens.what)


@bp.get("/sessions/<uuid:uid>")
@patients
def show(uid: UUID) -> Response:
    """Show one session."""
    appointment = _mine(uid)
    row, kept = screens.with_therapists([appointment])[0], late.of(appointment)
    return page("scheduling/show.html", row=row, what=screens.what, standing=standing(_me(), appointment), late=kept)


@bp.get("/sessions/<uuid:uid>/calendar.ics")
@patients
def calendar_file(uid: UUID) -> Response:
    """Hand out the calendar file."""
    appointment = _mine(uid)
    answer = Response(letters.calendar_file(appointment, user(_me())), mimetype="text/calendar")
    answer.headers["Content-Disposition"] = 'attachment; filename="calendar.ics"'
    return answer


@bp.get("/sessions/<uuid:uid>/cancel")
@patients
def confirm_cancel(uid: UUID) -> Response:
    """Say what cancelling means, before it happens."""
    appointment = _mine(uid)
    return _cancelling(appointment, LateForm(formdata=None))


@bp.post("/sessions/<uuid:uid>/cancel")
@patients
def cancel(uid: UUID) -> Response:
    """Cancel it."""
    appointment, form = _mine(uid), LateForm()
    if not form.validate():
        return _cancelling(appointment, form, status=422)
    try:
        calling_off.cancel(actor(), uid, words=form.why.data or "", late_said=form.late.data == "yes")
    except NotSaid as error:
        form.form_errors.append(error.message)
        return _cancelling(appointment, form, status=409)
    return go("scheduling.show", uid=uid)


def _cancelling(appointment: Appointment, form: LateForm, *, status: int = 200) -> Response:
    if not appointment.holds_time or appointment.starts_at <= clock.now():
        return go("scheduling.show", uid=appointment.uid)
    counts = late.counts(appointment)
    form.late.data = "yes" if counts else ""
    row, kind = screens.with_therapists([appointment])[0], diary.kind_of(appointment)
    return page("scheduling/cancel.html", status=status, row=row, form=form, counts=counts, late=late.is_late(appointment), kind=kind, what=screens.what)


def _picker(therapist_uid: UUID, *, problem: str = "", status: int = 200) -> Response:
    try:
        choice = booking.open_times(actor(), therapist_uid, _uuid(request.args.get("kind")))
    except NotBookable as refused:
        return _refused(therapist_uid, refused)
    zone = _zone()
    week = week_of(choice.openings, zone, screens.read_day(request.args.get("week")))
    where = Clock(zone, choice.therapist.timezone)
    return page("scheduling/choose.html", status=status, **_choice_words(choice, zone), week=week, days=screens.picker(week, where), words=screens.week_words(week), problem=problem)


def _choice_words(choice: Choice, zone: str) -> dict[str, Any]:
    kind = choice.openings.service
    formats = " · ".join(name for _code, name in screens.named(booking.formats_of(choice.therapist, kind)))
    words = {"therapist": choice.therapist, "service": kind, "zone": zone, "formats": formats, "elsewhere": zone != current_timezone().key}
    return words | {"kinds": choice.kinds, "kind": kind.uid if len(choice.kinds) > 1 else None}


def _check(wish: Wish, form: BookForm, *, status: int = 200) -> Response:
    try:
        offer = booking.check(actor(), wish)
    except SlotTaken as taken:
        return _taken(wish.therapist_uid, taken, wish.zone)
    except NotBookable as refused:
        return _refused(wish.therapist_uid, refused)
    form.format.choices = screens.named(booking.formats_of(offer.therapist, offer.service))
    form.format.data = form.format.data or offer.format
    return page("scheduling/check.html", status=status, offer=offer, form=form, zone=wish.zone, what=screens.what)


def _taken(therapist_uid: UUID, taken: SlotTaken, zone: str) -> Response:
    therapist = staff.therapist(therapist_uid)
    days = screens.near(taken.near, Clock(zone, therapist.timezone))
    return page("scheduling/taken.html", status=409, therapist=therapist, zone=zone, days=days)


def _refused(therapist_uid: UUID, refused: NotBookable) -> Response:
    return page("scheduling/refused.html", status=409, therapist=staff.therapist(therapist_uid), refused=refused)


def _wish(therapist_uid: UUID, form: BookForm) -> Wish:
    start = screens.read_stamp(form.slot.data)
    key = _uuid(form.key.data) or new_id()
    if start is None:
        raise Invalid(_("Choose a time to go on."))
    return Wish(therapist_uid, start, screens.read_zone(form.zone.data, current_timezone().key), key, form.format.data or "", _uuid(form.kind.data))


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None


def _zone() -> str:
    return screens.read_zone(request.args.get("zone"), current_timezone().key)


def _mine(uid: UUID) -> Appointment:
    appointment = diary.appointment(uid)
    authorize(actor(), policy.is_its_patient, appointment)
    return appointment


def _me() -> UUID:
    uid = actor().uid
    if uid is None:
        raise NotFound()
    return uid

