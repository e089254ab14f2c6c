"""Staff's pages about the list: who waits, how soon they should be seen, a time offered by hand, and whether waits are fair."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, flash

from vtclinic.core.access import roles
from vtclinic.core.errors import Conflict, Invalid
from vtclinic.core.forms import listed
from vtclinic.core.i18n import current_timezone, fmt
from vtclinic.core.i18n import gettext as _
from vtclinic.core.policy import CLINIC_ADMIN, THERAPIST
from vtclinic.core.web import actor, go, page
from vtclinic.features.scheduling import screens
from vtclinic.features.scheduling.waiting import fairness, joining, offering, views, words
from vtclinic.features.scheduling.waiting.forms import ChooseForm, LevelForm, OfferForm, PressForm
from vtclinic.features.scheduling.waiting.models import WaitEntry
from vtclinic.features.scheduling.waiting.routes import read_wishes, wish_form
from vtclinic.features.staff import api as staff

bp = Blueprint("waiting_list", __name__, url_prefix="/waiting-list", template_folder="../templates")
helpers = roles(CLINIC_ADMIN, THERAPIST)


@bp.get("")
@helpers
def index() -> Response:
    """Show who waits."""
    return page("waiting/list.html", listed=views.listed(actor()), words=words, zone=current_timezone().key)


@bp.get("/figures")
@roles(CLINIC_ADMIN)
def figures() -> Response:
    """Show how long people waited, by group."""
    return page("waiting/figures.html", report=fairness.report(actor()), least=fairness.LEAST)


@bp.get("/add")
@helpers
def choose_person() -> Response:
    """Ask whom to put on the list."""
    return page("waiting/choose_person.html", form=_choose_form())


@bp.post("/add")
@helpers
def person_chosen() -> Response:
    """Go on to the wishes."""
    form = ChooseForm()
    form.patient.choices = listed(views.not_listed(actor()))
    if not form.validate():
        return page("waiting/choose_person.html", status=422, form=form)
    return go("waiting_list.add", patient_uid=form.patient.data)


@bp.get("/add/<uuid:patient_uid>")
@helpers
def add(patient_uid: UUID) -> Response:
    """Ask what a patient waits for."""
    return page("waiting/add.html", form=wish_form(patient_uid))


@bp.post("/add/<uuid:patient_uid>")
@helpers
def add_submit(patient_uid: UUID) -> Response:
    """Put a patient on the list."""
    form = wish_form(patient_uid, blank=False)
    if form.validate():
        try:
            made = joining.join(actor(), patient_uid, read_wishes(form))
        except Invalid as error:
            form.take_errors(error)
        else:
            return go("waiting_list.show", uid=made.uid)
    return page("waiting/add.html", status=422, form=form)


@bp.get("/<uuid:uid>")
@helpers
def show(uid: UUID) -> Response:
    """Show one person on the list, and the times that suit."""
    return _one(uid)


@bp.post("/<uuid:uid>/level")
@helpers
def set_level(uid: UUID) -> Response:
    """Say how soon."""
    form = LevelForm()
    if form.validate():
        try:
            joining.set_level(actor(), uid, form.level.data, form.reason.data or "")
        except Invalid as error:
            form.take_errors(error)
        else:
            flash(_("Saved. The list is in its new order."), "ok")
            return go("waiting_list.show", uid=uid)
    return _one(uid, level=form, status=422)


@bp.post("/<uuid:uid>/offer")
@helpers
def offer(uid: UUID) -> Response:
    """Keep a time for somebody."""
    form = OfferForm()
    therapist, _slash, start = (form.time.data or "").partition("/")
    moment = screens.read_stamp(start)
    if moment is None:
        return _one(uid, problem=_("Choose a time to go on."), status=422)
    try:
        offering.offer_by_hand(actor(), uid, UUID(therapist), moment)
    except (Conflict, ValueError):
        return _one(uid, problem=_("This time is not free any more. Nothing was changed. Choose another time."), status=409)
    flash(_("The time is kept, and the person is told."), "ok")
    return go("waiting_list.show", uid=uid)


@bp.post("/<uuid:uid>/remove")
@helpers
def remove(uid: UUID) -> Response:
    """Take somebody off the list."""
    if PressForm().validate():
        joining.leave(actor(), uid, by="staff")
        flash(_("Taken off the list."), "ok")
    return go("waiting_list.index")


def _one(uid: UUID, *, level: LevelForm | None = None, problem: str = "", status: int = 200) -> Response:
    line = views.line(actor(), uid)
    level = level or LevelForm(formdata=None, level=line.entry.level, reason=line.entry.reason or "")
    days = _days(line.entry) if line.entry.is_open and line.offer is None else []
    return page("waiting/show.html", status=status, line=line, words=words, level=level, days=days, problem=problem, zone=current_timezone().key)


def _days(entry: WaitEntry) -> list[tuple[str, str, list[screens.Tile]]]:
    found = offering.open_to(entry)
    faces = staff.faces({each.therapist_uid for each in found})
    by_day: dict[object, list[screens.Tile]] = {}
    words_of: dict[object, tuple[str, str]] = {}
    for each in found:
        day = fmt.local(each.slot.start, current_timezone().key).date()
        words_of[day] = fmt.weekday(day), fmt.day_month(day)
        value = f"{each.therapist_uid}/{screens.stamp(each.slot.start)}"
        by_day.setdefault(day, []).append((value, fmt.time(each.slot.start), faces[each.therapist_uid].name, False))
    return [(*words_of[day], tiles) for day, tiles in by_day.items()]


def _choose_form() -> ChooseForm:
    form = ChooseForm(formdata=None)
    form.patient.choices = listed(views.not_listed(actor()))
    return form
