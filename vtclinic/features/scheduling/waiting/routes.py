"""A patient's pages about the list, and the links in letters that answer without signing in."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, flash, request

from vtclinic.core import clock
from vtclinic.core.access import public, roles
from vtclinic.core.errors import Invalid, NotFound
from vtclinic.core.i18n import current_timezone
from vtclinic.core.i18n import gettext as _
from vtclinic.core.policy import PATIENT
from vtclinic.core.web import actor, go, page
from vtclinic.features.scheduling import diary, screens
from vtclinic.features.scheduling.booking import NotBookable
from vtclinic.features.scheduling.placing import SlotTaken
from vtclinic.features.scheduling.waiting import answering, holds, joining, links, views, words
from vtclinic.features.scheduling.waiting.answering import OfferOver
from vtclinic.features.scheduling.waiting.forms import PressForm, WishForm
from vtclinic.features.scheduling.waiting.links import Purpose
from vtclinic.features.scheduling.waiting.wishes import Wishes

bp = Blueprint("waiting", __name__, template_folder="../templates")
patients = roles(PATIENT)


@bp.get("/sessions/waiting")
@patients
def mine() -> Response:
    """Show one's place on the list, or what joining means."""
    place = views.my_place(actor())
    if place.entry is None:
        return _ask(wish_form(_me()))
    return page("waiting/mine.html", place=place, words=words, what=screens.what, zone=current_timezone().key, now=clock.now())


@bp.get("/sessions/waiting/wishes")
@patients
def wishes() -> Response:
    """Ask what one waits for."""
    known = joining.open_entry(_me())
    form = wish_form(_me())
    if known is not None:
        fill(form, known.therapists, known.days, known.parts, known.notice_hours)
    elif request.args.get("with"):
        fill(form, request.args.getlist("with"), [], [], 0)
    return _ask(form)


@bp.post("/sessions/waiting/wishes")
@patients
def join() -> Response:
    """Come onto the list, or change what one waits for."""
    form = wish_form(_me(), blank=False)
    if form.validate():
        try:
            joining.join(actor(), _me(), read_wishes(form))
        except Invalid as error:
            form.take_errors(error)
        else:
            return go("waiting.mine")
    return _ask(form, status=422)


@bp.post("/sessions/waiting/take")
@patients
def take() -> Response:
    """Take the time that is kept."""
    offer = _kept()
    if offer is None or not PressForm().validate():
        return _over()
    try:
        appointment = answering.accept(actor(), offer)
    except (OfferOver, SlotTaken):
        return _over()
    except NotBookable as refused:
        return page("waiting/refused.html", status=409, refused=refused)
    return go("scheduling.booked", uid=appointment.uid)


@bp.post("/sessions/waiting/pass")
@patients
def pass_over() -> Response:
    """Pass on the time that is kept."""
    offer = _kept()
    if offer is not None and PressForm().validate():
        answering.pass_over(actor(), offer)
        flash(_("You passed on this time. You keep your place on the list."), "ok")
    return go("waiting.mine")


@bp.post("/sessions/waiting/go-on")
@patients
def wake() -> Response:
    """Go on waiting."""
    known = joining.open_entry(_me())
    if known is not None and PressForm().validate():
        joining.wake(actor(), known.uid)
    return go("waiting.mine")


@bp.post("/sessions/waiting/leave")
@patients
def leave() -> Response:
    """Leave the list."""
    known = joining.open_entry(_me())
    if known is not None and PressForm().validate():
        joining.leave(actor(), known.uid)
        flash(_("You left the waiting list. You can join again at any time."), "ok")
    return go("scheduling.index")


@bp.post("/sessions/<uuid:uid>/back-to-list")
@patients
def back_to_list(uid: UUID) -> Response:
    """Go back on the list after a session that came from it was called off."""
    found = holds.accepted_for(uid)
    if found is None or found.patient_uid != _me() or diary.appointment(uid).holds_time:
        raise NotFound()
    if PressForm().validate():
        joining.return_to_list(actor(), found.entry_uid)
    return go("waiting.mine")


@bp.get("/waiting-list/pass/<token>")
@public
def ask_pass(token: str) -> Response:
    """Ask once before a time is passed on; following a link changes nothing."""
    found = holds.offer(links.read(Purpose.NO_THANKS, token))
    return page("waiting/link_pass.html", offer=found, open=found.is_held(clock.now()), token=token)


@bp.post("/waiting-list/pass/<token>")
@public
def do_pass(token: str) -> Response:
    """Pass on it."""
    if PressForm().validate():
        answering.pass_by_link(token)
    return go("waiting.ask_pass", token=token)


@bp.get("/waiting-list/leave/<token>")
@public
def ask_leave(token: str) -> Response:
    """Ask once before somebody leaves the list."""
    found = joining.entry(links.read(Purpose.LEAVE, token))
    return page("waiting/link_leave.html", open=found.is_open, token=token)


@bp.post("/waiting-list/leave/<token>")
@public
def do_leave(token: str) -> Response:
    """Leave it."""
    if PressForm().validate():
        answering.leave_by_link(token)
    return go("waiting.ask_leave", token=token)


def wish_form(patient_uid: UUID, *, blank: bool = True) -> WishForm:
    """Return the form of wishes with the people and kinds of session a patient can ask for."""
    kinds = [("", _("Any kind")), *((str(each.uid), each.name) for each in diary.services())]
    people = views.people_to_ask(actor(), patient_uid)
    return WishForm(formdata=None, people=people, services=kinds) if blank else WishForm(people=people, services=kinds)


def fill(form: WishForm, therapists: list[str], days: list[int], parts: list[str], notice_hours: int) -> None:
    """Show what somebody waits for already."""
    if "therapists" in form:
        form.therapists.data = therapists
    form.days.data, form.parts.data, form.notice_hours.data = days, parts, notice_hours


def read_wishes(form: WishForm) -> Wishes:
    """Return what a form asks for, on the reader's clock."""
    therapists = tuple(UUID(text) for text in form.therapists.data or ()) if "therapists" in form else ()
    service = UUID(form.service.data) if "service" in form and form.service.data else None
    return Wishes(current_timezone().key, therapists, tuple(form.days.data or ()), tuple(form.parts.data or ()), form.notice_hours.data or 0, service)


def _ask(form: WishForm, *, status: int = 200) -> Response:
    return page("waiting/wishes.html", status=status, form=form, known=joining.open_entry(_me()))


def _over() -> Response:
    return page("waiting/over.html", status=409)


def _kept() -> UUID | None:
    try:
        return UUID(request.form.get("key", ""))
    except ValueError:
        return None


def _me() -> UUID:
    uid = actor().uid
    if uid is None:
        raise NotFound()
    return uid
