"""Questionnaire pages: one question a page for patients, results for patients and their therapists."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, url_for

from vtclinic.core import clock
from vtclinic.core.access import roles
from vtclinic.core.errors import Invalid, NotFound
from vtclinic.core.i18n import gettext as _
from vtclinic.core.policy import PATIENT
from vtclinic.core.scope import current_clinic
from vtclinic.core.web import actor, go, page
from vtclinic.features.progress import after, answering, results, words
from vtclinic.features.progress.chart import draw
from vtclinic.features.progress.forms import AnswerForm, LineForm, SafetyForm
from vtclinic.features.progress.help import Numbers, about, numbers_for
from vtclinic.features.progress.models import ResponseState
from vtclinic.features.progress.promise import duty_now, read_by
from vtclinic.features.progress.sheet import CAN_CHANGE, Sheet
from vtclinic.features.records import api as records

bp = Blueprint("progress", __name__, template_folder="templates")
patients = roles(PATIENT)


@bp.get("/progress")
@patients
def index() -> Response:
    """Show a patient their own results, and what waits."""
    waiting, series = results.my_progress(actor(), _me())
    shown = [(each, draw(each), words.change_for_patient(each.latest.change, each.latest.baseline or 0)) for each in series]
    return page("progress/index.html", waiting=waiting, series=shown)


@bp.get("/progress/questions/<uuid:uid>")
@patients
def questionnaire(uid: UUID) -> Response:
    """Say what it is, how long it takes and who sees it."""
    sheet = answering.sheet(actor(), uid)
    if sheet.response.state == ResponseState.CLOSED:
        return page("progress/closed.html", sheet=sheet, title=_title(sheet))
    if not sheet.response.is_open:
        return go("progress.done", uid=uid)
    return page("progress/start.html", sheet=sheet, minutes=words.minutes(sheet.instrument), title=_title(sheet), promise=_promise())


@bp.post("/progress/questions/<uuid:uid>/start")
@patients
def start(uid: UUID) -> Response:
    """Begin, or go on at the first question nobody has dealt with."""
    return _onward(answering.start(actor(), uid))


@bp.get("/progress/questions/<uuid:uid>/<int:number>")
@patients
def question(uid: UUID, number: int) -> Response:
    """Show one question."""
    return _question_page(answering.sheet(actor(), uid), number, AnswerForm(formdata=None))


@bp.post("/progress/questions/<uuid:uid>/<int:number>")
@patients
def answer(uid: UUID, number: int) -> Response:
    """Store one answer and go on."""
    form, who = AnswerForm(), actor()
    if not form.validate() or (form.value.data is None and not form.skip.data):
        return _refused(uid, number, form)
    value = None if form.skip.data else form.value.data
    try:
        sheet = answering.answer(who, uid, number, value, safe=form.safe.data or None)
    except Invalid:
        return _refused(uid, number, form)
    if value and sheet.is_risk_item(number):
        return go("progress.support", uid=uid)
    return _onward(sheet)


@bp.get("/progress/questions/<uuid:uid>/support")
@patients
def support(uid: UUID) -> Response:
    """Repeat the help beside a risk answer, and ask whether this person is safe."""
    return _support_page(answering.sheet(actor(), uid), SafetyForm(formdata=None))


@bp.post("/progress/questions/<uuid:uid>/support")
@patients
def say_safe(uid: UUID) -> Response:
    """Store the answer to "Are you safe right now?"."""
    form = SafetyForm()
    if not form.validate():
        return _support_page(answering.sheet(actor(), uid), form, status=422)
    answering.say_safe(actor(), uid, form.safe.data or "")
    return go("progress.support", uid=uid)


@bp.get("/progress/questions/<uuid:uid>/which-line")
@patients
def which_line(uid: UUID) -> Response:
    """Ask which of several cut-offs applies; it is never inferred."""
    return _line_page(answering.sheet(actor(), uid), LineForm(formdata=None))


@bp.post("/progress/questions/<uuid:uid>/which-line")
@patients
def say_line(uid: UUID) -> Response:
    """Store which cut-off applies and go on."""
    form = LineForm()
    if not form.validate():
        return _line_page(answering.sheet(actor(), uid), form, status=422)
    return _onward(answering.say_line(actor(), uid, form.line.data or ""))


@bp.get("/progress/questions/<uuid:uid>/go-on")
@patients
def go_on(uid: UUID) -> Response:
    """Go where this questionnaire goes on."""
    return _onward(answering.sheet(actor(), uid))


@bp.get("/progress/questions/<uuid:uid>/check")
@patients
def check(uid: UUID) -> Response:
    """Show every question with its answer; send what has skipped ones."""
    sheet = answering.sheet(actor(), uid)
    if sheet.response.state == ResponseState.CLOSED or (sheet.response.is_open and sheet.next_item is not None):
        return go("progress.questionnaire", uid=uid)
    if sheet.response.is_open and sheet.needs_line:
        return go("progress.which_line", uid=uid)
    finished = sheet.response.finished_at
    until = finished + CAN_CHANGE if finished else None
    return page("progress/check.html", sheet=sheet, title=_title(sheet), rows=_rows(sheet), change_until=until)


@bp.post("/progress/questions/<uuid:uid>/check")
@patients
def send(uid: UUID) -> Response:
    """Send a questionnaire in which something was skipped."""
    answering.send(actor(), uid)
    return go("progress.done", uid=uid)


@bp.get("/progress/questions/<uuid:uid>/done")
@patients
def done(uid: UUID) -> Response:
    """Say that it arrived, who sees it and what comes next."""
    sheet = answering.sheet(actor(), uid)
    if sheet.response.is_open or sheet.response.state == ResponseState.CLOSED:
        return _onward(sheet)
    waiting = results.open_questionnaires(sheet.response.patient_uid)
    onward = None if waiting else after.way_on(sheet.response.patient_uid)
    return page("progress/done.html", sheet=sheet, title=_title(sheet), waiting=waiting, onward=onward)


def _question_page(sheet: Sheet, number: int, form: AnswerForm, *, status: int = 200) -> Response:
    item = sheet.instrument.item(number)
    if sheet.response.state == ResponseState.CLOSED:
        return go("progress.questionnaire", uid=sheet.response.uid)
    if item is None or not sheet.can_change:
        raise NotFound
    risky = sheet.is_risk_item(number)
    return page(
        "progress/question.html",
        status=status,
        sheet=sheet,
        item=item,
        form=form,
        chosen=sheet.value_of(number),
        tile_options=[(each.value, each.text) for each in item.answers],
        risky=risky,
        **(_help(sheet) if risky else {}),
    )


def _support_page(sheet: Sheet, form: SafetyForm, *, status: int = 200) -> Response:
    if not sheet.raised:
        return _onward(sheet)
    told = {"numbers": _numbers(sheet), "about": about, "promise": _promise(), "duty": duty_now(), "safe": sheet.response.safety}
    return page("progress/support.html", status=status, sheet=sheet, form=form, **told)


def _line_page(sheet: Sheet, form: LineForm, *, status: int = 200) -> Response:
    if not sheet.instrument.asks_which_line or not sheet.can_change:
        raise NotFound
    options = [*((each.id, each.text) for each in sheet.instrument.cutoffs), (answering.NOT_SAID, _("I prefer not to say"))]
    return page("progress/line.html", status=status, sheet=sheet, title=_title(sheet), form=form, options=options)


def _refused(uid: UUID, number: int, form: AnswerForm) -> Response:
    form.value.errors = [_("Choose an answer, or skip the question.")]
    return _question_page(answering.sheet(actor(), uid), number, form, status=422)


def _onward(sheet: Sheet) -> Response:
    uid = sheet.response.uid
    if sheet.response.state == ResponseState.CLOSED:
        return go("progress.questionnaire", uid=uid)
    if not sheet.response.is_open:
        return go("progress.done", uid=uid)
    if sheet.next_item is None:
        return go("progress.which_line" if sheet.needs_line else "progress.check", uid=uid)
    return go("progress.question", uid=uid, number=sheet.next_item)


def _help(sheet: Sheet) -> dict[str, Any]:
    numbers = _numbers(sheet)
    emergency = (numbers.emergency[0], _("If your life is in danger."))
    first = numbers.first
    call = (first.number, about(first)) if first else emergency
    return {"call": call, "emergency": emergency, "promise": _promise()}


def _rows(sheet: Sheet) -> list[tuple[str, str, str]]:
    """Return each question with the answer's words and, while it can be changed, the way there."""
    uid = sheet.response.uid
    change = {item.number: url_for("progress.question", uid=uid, number=item.number) if sheet.can_change else "" for item in sheet.instrument.items}
    rows = [(item.text, sheet.said(item.number), change[item.number]) for item in sheet.instrument.items]
    if sheet.instrument.asks_which_line:
        said = words.line_word(sheet.instrument, sheet.response.line) or _("I prefer not to say")
        rows.append((_("Which line applies to you?"), said, url_for("progress.which_line", uid=uid) if sheet.can_change else ""))
    return rows


def _numbers(sheet: Sheet) -> Numbers:
    return numbers_for(records.patient(sheet.response.patient_uid).country)


def _promise() -> str:
    """Say by when somebody of the care team reads a risk answer; never "today" when that is not so."""
    clinic, now = current_clinic(), clock.now()
    return words.reads_by(read_by("same_day", now, clinic.timezone), now, clinic.timezone)


def _title(sheet: Sheet) -> str:
    return words.plain_title(sheet.instrument)


def _me() -> UUID:
    uid = actor().uid
    assert uid is not None
    return uid
