"""Pages about sessions that cannot take place: the patient's choice, and the list for therapists and administrators."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, flash, request

from vtclinic.core.access import roles
from vtclinic.core.errors import Invalid
from vtclinic.core.forms import listed
from vtclinic.core.i18n import current_timezone
from vtclinic.core.i18n import gettext as _
from vtclinic.core.policy import CLINIC_ADMIN, PATIENT, THERAPIST
from vtclinic.core.web import actor, go, page
from vtclinic.features.scheduling import screens
from vtclinic.features.scheduling.placing import SlotTaken
from vtclinic.features.scheduling.screens import Clock
from vtclinic.features.scheduling.upset import seeing_to
from vtclinic.features.scheduling.upset.forms import CoverForm, PressForm, WordsForm
from vtclinic.features.scheduling.upset.words import CAUSES

bp = Blueprint("upset", __name__, template_folder="../templates")
staff_bp = Blueprint("upset_list", __name__, url_prefix="/sessions-to-change", template_folder="../templates")
patients = roles(PATIENT)
helpers = roles(CLINIC_ADMIN, THERAPIST)


@bp.get("/sessions/<uuid:uid>/change")
@patients
def show(uid: UUID) -> Response:
    """Show what the patient can choose."""
    return _ways(uid)


@bp.post("/sessions/<uuid:uid>/change")
@patients
def choose(uid: UUID) -> Response:
    """Take the time that was pressed."""
    therapist, _slash, start = request.form.get("time", "").partition("/")
    moment = screens.read_stamp(start)
    if moment is None or not PressForm().validate():
        return _ways(uid, problem=_("Choose a time to go on."), status=422)
    try:
        made = seeing_to.choose(actor(), uid, UUID(therapist), moment)
    except SlotTaken:
        return _ways(uid, problem=_("Someone took this time. Nothing was changed. Choose another one."), status=409)
    return go("scheduling.booked", uid=made.uid)


@bp.post("/sessions/<uuid:uid>/wait-instead")
@patients
def wait_instead(uid: UUID) -> Response:
    """Wait for another time, ahead of the usual."""
    if not PressForm().validate():
        return go("upset.show", uid=uid)
    seeing_to.wait_instead(actor(), uid)
    return go("waiting.mine")


@staff_bp.get("")
@helpers
def index() -> Response:
    """Show the sessions that need somebody."""
    return page("upset/list.html", lines=seeing_to.listed(actor()), causes=CAUSES, zone=current_timezone().key)


@staff_bp.get("/<uuid:uid>")
@helpers
def one(uid: UUID) -> Response:
    """Show one of them, with what can be done."""
    return _one(uid)


@staff_bp.post("/<uuid:uid>/cover")
@helpers
def cover(uid: UUID) -> Response:
    """Offer the patient somebody else."""
    form = _cover_form(uid, blank=False)
    if form.validate():
        try:
            seeing_to.name_cover(actor(), uid, UUID(form.cover.data))
        except Invalid as error:
            form.take_errors(error)
        else:
            flash(_("The client is told and can choose."), "ok")
            return go("upset_list.one", uid=uid)
    return _one(uid, cover_form=form, status=422)


@staff_bp.post("/<uuid:uid>/keep")
@helpers
def keep(uid: UUID) -> Response:
    """Let it take place all the same."""
    if PressForm().validate():
        seeing_to.keep(actor(), uid)
        flash(_("The session stays as booked."), "ok")
    return go("upset_list.index")


@staff_bp.post("/<uuid:uid>/call-off")
@helpers
def call_off(uid: UUID) -> Response:
    """Call it off with words."""
    form = WordsForm()
    if form.validate():
        try:
            seeing_to.call_off(actor(), uid, form.words.data or "")
        except Invalid as error:
            form.take_errors(error)
        else:
            flash(_("Called off. The client is told and pays nothing."), "ok")
            return go("upset_list.index")
    return _one(uid, words_form=form, status=422)


def _ways(uid: UUID, *, problem: str = "", status: int = 200) -> Response:
    found = seeing_to.ways(actor(), uid)
    whom = found.cover
    days = []
    if whom is not None:
        near = screens.near(found.near, Clock(current_timezone().key, whom.timezone))
        days = [(heading, words, [(f"{whom.uid}/{value}", *rest) for value, *rest in tiles]) for heading, words, tiles in near]
    same = f"{whom.uid}/{screens.stamp(found.appointment.starts_at)}" if whom is not None and found.same_time else ""
    return page("upset/change.html", status=status, ways=found, days=days, same=same, problem=problem, zone=current_timezone().key, what=screens.what)


def _one(uid: UUID, *, cover_form: CoverForm | None = None, words_form: WordsForm | None = None, status: int = 200) -> Response:
    # Who could cover comes first: it reads everybody whom the line names too.
    cover_form = cover_form or _cover_form(uid)
    return page(
        "upset/one.html",
        status=status,
        line=seeing_to.line(actor(), uid),
        causes=CAUSES,
        zone=current_timezone().key,
        cover=cover_form,
        words=words_form or WordsForm(formdata=None),
        what=screens.what,
    )


def _cover_form(uid: UUID, *, blank: bool = True) -> CoverForm:
    form = CoverForm(formdata=None) if blank else CoverForm()
    form.cover.choices = listed([("", _("Choose somebody")), *seeing_to.covers(actor(), uid)])
    return form
