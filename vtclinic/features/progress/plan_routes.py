"""When questionnaires come: the clinic's rules, one client's, and who has not answered."""

from __future__ import annotations

from uuid import UUID

from flask import Response, flash, url_for
from wtforms import SelectChoice

from vtclinic.core.access import roles
from vtclinic.core.errors import Conflict, Invalid
from vtclinic.core.i18n import gettext as _
from vtclinic.core.policy import CLINIC_ADMIN, THERAPIST, authorize
from vtclinic.core.web import actor, go, page
from vtclinic.features.progress import catalogue, plans, policy, track, unanswered, words
from vtclinic.features.progress.forms import PauseForm, PlanForm, TrackForm
from vtclinic.features.progress.models_plan import Plan, When
from vtclinic.features.progress.routes import bp
from vtclinic.features.records import api as records
from vtclinic.identity import service as identity

therapists = roles(THERAPIST)


@bp.get("/questionnaires/when")
@roles(CLINIC_ADMIN)
def clinic_plan() -> Response:
    """Show when questionnaires come for everybody."""
    return _clinic_page(_form(PlanForm(formdata=None)))


@bp.post("/questionnaires/when")
@roles(CLINIC_ADMIN)
def clinic_plan_submit() -> Response:
    """Make a rule for everybody."""
    form = _form(PlanForm())
    if form.validate():
        try:
            plans.add_for_clinic(actor(), form.wish())
            flash(_("Saved. It counts for everybody who has no rule of their own."), "ok")
            return go("progress.clinic_plan")
        except Invalid as error:
            form.take_errors(error)
    return _clinic_page(form, status=422)


@bp.post("/questionnaires/when/talk")
@roles(CLINIC_ADMIN)
def talk_after() -> Response:
    """Choose after how many sessions without a change therapists are reminded to talk."""
    form = TrackForm()
    if not form.validate():
        return _clinic_page(_form(PlanForm(formdata=None)), status=422)
    track.choose_sessions(actor(), form.sessions.data)
    flash(_("Saved. It counts from now on."), "ok")
    return go("progress.clinic_plan")


@bp.post("/questionnaires/when/<uuid:uid>/end")
@roles(CLINIC_ADMIN)
def end_clinic_rule(uid: UUID) -> Response:
    """End a rule of the clinic."""
    plans.end(actor(), uid)
    flash(_("The rule has ended. What was given stays."), "ok")
    return go("progress.clinic_plan")


@bp.get("/clients/<uuid:patient_uid>/questions")
@therapists
def client_plan(patient_uid: UUID) -> Response:
    """Show when questionnaires come for one client."""
    return _client_page(patient_uid, _form(PlanForm(formdata=None), never=True), PauseForm(formdata=None))


@bp.post("/clients/<uuid:patient_uid>/questions")
@therapists
def client_plan_submit(patient_uid: UUID) -> Response:
    """Make a rule for one client."""
    form = _form(PlanForm(), never=True)
    if form.validate():
        plans.add_for_patient(actor(), patient_uid, form.wish())
        flash(_("Saved for this client."), "ok")
        return go("progress.client_plan", patient_uid=patient_uid)
    return _client_page(patient_uid, form, PauseForm(formdata=None), status=422)


@bp.post("/clients/<uuid:patient_uid>/questions/<uuid:uid>/end")
@therapists
def end_client_rule(patient_uid: UUID, uid: UUID) -> Response:
    """End a client's own rule, so that the clinic's counts again."""
    plans.end(actor(), uid)
    flash(_("The rule has ended. What was given stays."), "ok")
    return go("progress.client_plan", patient_uid=patient_uid)


@bp.post("/clients/<uuid:patient_uid>/questions/pause")
@therapists
def pause(patient_uid: UUID) -> Response:
    """Let nothing come by itself for a client for now."""
    form = PauseForm()
    if form.validate():
        try:
            plans.pause(actor(), patient_uid, form.until.data)
            flash(_("Nothing comes by itself now. You can still give questions yourself."), "ok")
            return go("progress.client_plan", patient_uid=patient_uid)
        except Invalid as error:
            form.take_errors(error)
    return _client_page(patient_uid, _form(PlanForm(formdata=None), never=True), form, status=422)


@bp.post("/clients/<uuid:patient_uid>/questions/go-on")
@therapists
def end_pause(patient_uid: UUID) -> Response:
    """End a pause."""
    plans.go_on(actor(), patient_uid)
    flash(_("The rules count again from today."), "ok")
    return go("progress.client_plan", patient_uid=patient_uid)


@bp.get("/questions-waiting")
@therapists
def waiting() -> Response:
    """List the therapist's clients whose questions wait."""
    return page("progress/waiting.html", rows=unanswered.unanswered(actor()))


@bp.post("/clients/<uuid:patient_uid>/questionnaires/<uuid:uid>/remind")
@therapists
def remind(patient_uid: UUID, uid: UUID) -> Response:
    """Write one kind reminder."""
    try:
        unanswered.remind(actor(), patient_uid, uid)
        flash(_("A reminder is on its way. It names no questions."), "ok")
    except Conflict as error:
        flash(error.message, "note")
    return go("progress.waiting")


def _clinic_page(form: PlanForm, *, status: int = 200) -> Response:
    rows = [_row(rule, url_for("progress.end_clinic_rule", uid=rule.uid)) for rule in plans.clinic_rules(actor())]
    return page("progress/clinic_plan.html", status=status, form=form, rows=rows, track_form=TrackForm(formdata=None, sessions=track.sessions_wanted()))


def _client_page(patient_uid: UUID, form: PlanForm, pause_form: PauseForm, *, status: int = 200) -> Response:
    authorize(actor(), policy.is_carer, patient_uid)
    name = records.called(records.patient(patient_uid), identity.user(patient_uid))
    rows = [_row(rule, url_for("progress.end_client_rule", patient_uid=patient_uid, uid=rule.uid)) for rule in plans.rules_of(patient_uid)]
    shown = {"rows": rows, "form": form, "pause_form": pause_form, "paused": plans.paused(patient_uid)}
    return page("progress/client_plan.html", status=status, patient_uid=patient_uid, name=name, **shown)


def _row(rule: Plan, end_url: str) -> dict[str, object]:
    pack = catalogue.maybe_in_use(rule.instrument)
    return {
        "name": pack.name if pack else rule.instrument,
        "in_use": pack is not None,
        "when": words.when(rule),
        "days": rule.days,
        "counts_days": rule.when in (When.SESSIONS, When.WEEKS),
        "own": rule.patient_uid is not None,
        "end_url": end_url,
    }


def _form(form: PlanForm, *, never: bool = False) -> PlanForm:
    form.instrument.choices = [SelectChoice(pack.id, f"{pack.name} – {words.plain_title(pack)}") for pack in catalogue.in_use().values()]
    form.when.choices = [SelectChoice(str(when), words.when_choice(when)) for when in When if never or when is not When.NEVER]
    return form
