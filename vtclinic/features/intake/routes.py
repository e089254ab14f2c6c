"""The first questions, one a page; and what was agreed."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, request, url_for

from vtclinic.core.access import roles
from vtclinic.core.errors import Invalid, NotFound
from vtclinic.core.i18n import gettext as _
from vtclinic.core.policy import PATIENT
from vtclinic.core.web import actor, go, page
from vtclinic.features.crisis import api as crisis
from vtclinic.features.intake import api, consents, service
from vtclinic.features.intake.forms import AnswerForm, form_for
from vtclinic.features.intake.questions import BY_KEY, CONSENTS, Kind, Question
from vtclinic.features.intake.service import Sheet
from vtclinic.features.intake.words import said
from vtclinic.features.progress import api as progress
from vtclinic.features.records import api as records

bp = Blueprint("intake", __name__, template_folder="templates")
patients = roles(PATIENT)


@bp.get("/intake")
@patients
def start() -> Response:
    """Say what comes, or go on where it was left."""
    sheet = service.sheet(actor())
    if sheet.answers:
        return go("intake.go_on")
    return page("intake/start.html", total=len(sheet.questions), first=sheet.questions[0].key)


@bp.get("/intake/go-on")
@patients
def go_on() -> Response:
    """Go to what is next: a question, the check, a questionnaire, or the therapists who fit."""
    who = actor()
    sheet = service.sheet(who)
    if not sheet.answers:
        return go("intake.start")
    if sheet.refused:
        return go("intake.stopped")
    if not sheet.sent:
        return go("intake.question", key=sheet.next_key) if sheet.next_key else go("intake.check")
    waiting = sheet.waiting
    if waiting:
        return go("progress.questionnaire", uid=waiting[0].uid)
    return go("matching.choices")


@bp.get("/intake/<key>")
@patients
def question(key: str) -> Response:
    """Show one question."""
    who = actor()
    sheet = service.sheet(who)
    asked = _asked(sheet, key)
    form = form_for(asked, _options(sheet, asked), sent=False)
    form.show(sheet.answers[key] if key in sheet.answers else _suggestion(asked))
    return _question_page(sheet, asked, form)


@bp.post("/intake/<key>")
@patients
def answer(key: str) -> Response:
    """Store one answer and go on."""
    who = actor()
    sheet = service.sheet(who)
    asked = _asked(sheet, key)
    form = form_for(asked, _options(sheet, asked), sent=True)
    passes = "pass" in request.form
    try:
        if not passes and not form.validate():
            return _question_page(sheet, asked, form, status=422)
        sheet = service.save(who, key, None if passes else form.answer())
    except Invalid as error:
        _take(form, error)
        return _question_page(sheet, asked, form, status=422)
    return _onward(sheet, key)


@bp.get("/intake/check")
@patients
def check() -> Response:
    """Show every answer before it is sent; after sending, the wishes that can still be changed."""
    sheet = service.sheet(actor())
    if sheet.refused:
        return go("intake.stopped")
    if sheet.next_key is not None:
        return go("intake.question", key=sheet.next_key)
    rows = [(str(each.short), said(sheet, each), url_for("intake.question", key=each.key, back="check")) for each in sheet.questions]
    return page("intake/check.html", sheet=sheet, rows=rows, **_help(sheet))


@bp.post("/intake/check")
@patients
def send() -> Response:
    """Send the answers."""
    service.send(actor())
    return go("intake.sent")


@bp.get("/intake/sent")
@patients
def sent() -> Response:
    """Say what comes next."""
    who = actor()
    sheet = service.sheet(who)
    if not sheet.sent:
        return go("intake.go_on")
    return page("intake/sent.html", waiting=progress.open_questionnaires(sheet.patient_uid))


@bp.get("/intake/stopped")
@patients
def stopped() -> Response:
    """Explain why there is no care without a yes, and how to come back."""
    sheet = service.sheet(actor())
    if not sheet.refused:
        return go("intake.go_on")
    return page("intake/stopped.html", text=CONSENTS[sheet.refused])


@bp.get("/my-data/agreed")
@patients
def agreed() -> Response:
    """List what this patient agreed to, and let them take it back or give it again."""
    who = actor()
    listed = consents.history(who)
    standing = {row.kind: row for row in listed if row.stands}
    return page("intake/agreed.html", texts=CONSENTS, questions=BY_KEY, standing=standing, history=listed)


@bp.get("/my-data/agreed/<kind>/take-back")
@patients
def take_back_page(kind: str) -> Response:
    """Explain what taking back means."""
    if kind not in CONSENTS:
        raise NotFound
    return page("intake/take-back.html", text=CONSENTS[kind], question=BY_KEY[kind])


@bp.post("/my-data/agreed/<kind>/take-back")
@patients
def take_back(kind: str) -> Response:
    """Take an agreement back."""
    if kind not in CONSENTS:
        raise NotFound
    consents.withdraw(actor(), kind)
    flash(_("You took it back. Your care team can see that."), "ok")
    return go("intake.agreed")


@bp.post("/my-data/agreed/<kind>")
@patients
def give(kind: str) -> Response:
    """Agree again."""
    consents.give(actor(), kind)
    flash(_("Thank you. It is written down."), "ok")
    return go("intake.agreed")


def guide(patient_uid: Any) -> progress.Onward | None:
    """Lead from the last questionnaire of intake to the therapists who fit."""
    state = api.state(patient_uid)
    if not state.sent:
        return None
    return progress.Onward(state.next_endpoint, _("See therapists who fit you")) if state.finished else None


def _asked(sheet: Sheet, key: str) -> Question:
    asked = next((each for each in sheet.questions if each.key == key), None)
    if asked is None:
        raise NotFound
    return asked


def _options(sheet: Sheet, asked: Question) -> list[tuple[str, str]]:
    if asked.options is None:
        return []
    words = sheet.wishes if asked.key == "musts" else asked.options()
    return [(code, _sentence(str(text))) for code, text in words.items()]


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _suggestion(asked: Question) -> Any:
    who = actor()
    known = service.suggestions(who).get(asked.key) if asked.record else None
    return known or (who.name.split()[0] if asked.key == "name" and who.name.strip() else None)


def _question_page(sheet: Sheet, asked: Question, form: AnswerForm, *, status: int = 200) -> Response:
    keys = [each.key for each in sheet.questions]
    return page(
        "intake/question.html",
        status=status,
        question=asked,
        form=form,
        text=CONSENTS.get(asked.key),
        is_consent=asked.kind is Kind.CONSENT,
        here=keys.index(asked.key) + 1,
        total=len(keys),
        before=sheet.before(asked.key),
        saved=len(sheet.answers),
        **_help(sheet),
    )


def _help(sheet: Sheet) -> dict[str, Any]:
    """Return the numbers for the help that follows words of danger; asks only when somebody answered in their own words."""
    wrote = any(each.is_read_by_word_list and sheet.answers.get(each.key) for each in sheet.questions)
    if not wrote or not crisis.recently_found(sheet.patient_uid, service.WORDS):
        return {}
    return {"numbers": progress.numbers_for(records.patient(sheet.patient_uid).country), "about": progress.about}


def _onward(sheet: Sheet, key: str) -> Response:
    if sheet.refused:
        return go("intake.stopped")
    following = sheet.next_key if request.args.get("back") == "check" else sheet.after(key)
    return go("intake.question", key=following) if following else go("intake.check")


def _take(form: AnswerForm, error: Invalid) -> None:
    known = {name if name in form else next(iter(form)).name: sentence for name, sentence in error.fields.items()}
    form.take_errors(Invalid(error.message, fields=known))
