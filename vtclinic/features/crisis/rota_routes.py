"""The on-call rota and the rules of escalation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, request
from wtforms import SelectChoice

from vtclinic.core import clock
from vtclinic.core.access import roles
from vtclinic.core.errors import Conflict, Invalid
from vtclinic.core.forms import ClinicForm
from vtclinic.core.i18n import gettext as _
from vtclinic.core.policy import CLINIC_ADMIN, THERAPIST
from vtclinic.core.web import actor, go, page
from vtclinic.features.crisis import duty, rota, rules
from vtclinic.features.crisis.rota_forms import POSTS, WEEKDAYS, OverrideForm, RulesForm, SpanForm
from vtclinic.features.crisis.words import LEVELS
from vtclinic.features.progress import api as progress

bp = Blueprint("duty", __name__, url_prefix="/duty", template_folder="templates")
admins = roles(CLINIC_ADMIN)


@bp.get("", endpoint="rota")
@roles(CLINIC_ADMIN, THERAPIST)
def show() -> Response:
    """Show who is on call in a week."""
    return _rota_page()


@bp.post("/pattern")
@admins
def add_span() -> Response:
    """Add a stretch to the usual week."""
    form = SpanForm()
    return _apply(form, lambda: rota.add_spans(actor(), [int(day) for day in form.weekdays.data or []], form.stretch()))


@bp.post("/pattern/<uuid:uid>/remove")
@admins
def remove_span(uid: UUID) -> Response:
    """Take a stretch out of the usual week."""
    rota.remove_span(actor(), uid)
    return go("duty.rota")


@bp.post("/exceptions")
@admins
def add_override() -> Response:
    """Add an exception for one day."""
    form = OverrideForm()
    return _apply(form, lambda: rota.add_override(actor(), form.day.data or date.min, form.stretch()))


@bp.post("/exceptions/<uuid:uid>/remove")
@admins
def remove_override(uid: UUID) -> Response:
    """Take an exception back."""
    rota.remove_override(actor(), uid)
    return go("duty.rota")


@bp.get("/rules", endpoint="rules")
@admins
def show_rules() -> Response:
    """Show the rules of escalation."""
    found = rules.in_force()
    values = {name: getattr(found, name) for name in ("version", "on_call", "backup", "lead", "again", "starts", "ends", "sooner")}
    form = RulesForm(formdata=None, **values, lead_uid=str(found.lead_uid or ""), days=[str(day) for day in found.days])
    return _rules_page(form)


@bp.post("/rules")
@admins
def rules_submit() -> Response:
    """Put a new version of the rules in force."""
    form = RulesForm()
    _with_people(form)
    if not form.validate():
        return _rules_page(form, status=422)
    try:
        rules.change(actor(), replace(rules.Rules(), **form.values()))
    except (Invalid, Conflict) as error:
        form.take_errors(error if isinstance(error, Invalid) else Invalid(error.message))
        form.version.data = str(rules.in_force().version)
        return _rules_page(form, status=error.status)
    flash(_("Saved. It counts from now on."), "ok")
    return go("duty.rules")


def _apply(form: ClinicForm, work: Callable[[], object]) -> Response:
    form.user_uid.validate_choice = False
    if not form.validate():
        return _rota_page(form, status=422)
    try:
        work()
    except Invalid as error:
        form.take_errors(error)
        return _rota_page(form, status=422)
    flash(_("Saved. It counts from now on."), "ok")
    return go("duty.rota")


def _rota_page(refused: ClinicForm | None = None, *, status: int = 200) -> Response:
    first = _first(request.args.get("from", ""))
    found = rota.rota(actor(), first)
    forms: dict[str, Any] = {}
    for name, kind in (("span_form", SpanForm), ("override_form", OverrideForm)):
        form = refused if isinstance(refused, kind) else kind(formdata=None, prefix="")
        nobody = _("Choose who") if kind is SpanForm else _("Nobody")
        form.user_uid.choices = [SelectChoice("", nobody), *(SelectChoice(str(one.uid), one.name) for one in found.therapists)]
        for field in form:
            field.id = f"{name}-{field.name}"
            field.label.field_id = field.id
        forms[name] = form
    return page(
        "crisis/rota.html",
        status=status,
        found=found,
        first=first,
        earlier=first - timedelta(days=rota.WEEK),
        later=first + timedelta(days=rota.WEEK),
        this_week=rota.monday_of(clock.now()),
        refused=refused,
        clock_of=_clock,
        posts=POSTS,
        weekdays=WEEKDAYS,
        **forms,
    )


def _rules_page(form: RulesForm, *, status: int = 200) -> Response:
    versions = rules.history(actor())
    _with_people(form)
    questions = [(one, [(rules.key_of(one.instrument, one.item, value), text, level) for value, text, level in one.answers]) for one in progress.risk_items()]
    return page("crisis/rules.html", status=status, form=form, questions=questions, versions=versions, names=rota.names(), levels=LEVELS)


def _with_people(form: RulesForm) -> None:
    form.lead_uid.choices = [SelectChoice("", _("Nobody")), *(SelectChoice(str(uid), name) for uid, name in rota.colleagues())]
    form.lead_uid.validate_choice = False
    form.sooner.choices = [SelectChoice(rules.key_of(one.instrument, one.item, value), text) for one in progress.risk_items() for value, text, _level in one.answers]


def _first(text: str) -> date:
    try:
        chosen = date.fromisoformat(text)
    except ValueError:
        return rota.monday_of(clock.now())
    near = abs((chosen - duty.local_day(clock.now())).days) <= rota.FARTHEST.days
    return chosen if near else rota.monday_of(clock.now())


def _clock(minutes: int) -> datetime:
    """Return a moment whose clock in UTC shows these minutes, for the templates' own way of writing times."""
    return datetime(2026, 1, 5, minutes // 60 % 24, minutes % 60, tzinfo=UTC)
