"""A clinic admin's pages: what new patients are asked, and who has not finished."""

from __future__ import annotations

from uuid import UUID

from flask import Response, flash, request

from vtclinic.core import clock
from vtclinic.core.access import roles
from vtclinic.core.errors import Conflict, Invalid
from vtclinic.core.i18n import gettext as _
from vtclinic.core.policy import CLINIC_ADMIN
from vtclinic.core.web import actor, go, page
from vtclinic.features.intake import plan as service
from vtclinic.features.intake import unfinished as people
from vtclinic.features.intake.plan_forms import KIND_WORDS, OwnForm, PlanForm
from vtclinic.features.intake.questions import CAN_BE_LEFT_OUT
from vtclinic.features.intake.routes import bp

admins = roles(CLINIC_ADMIN)


@bp.get("/first-questions")
@admins
def plan() -> Response:
    """Show what new patients are asked."""
    found = service.view_plan(actor())
    form = PlanForm(formdata=None)
    form.prepare(found)
    form.show(found)
    return _plan_page(form, found)


@bp.post("/first-questions")
@admins
def change_plan() -> Response:
    """Store what new patients are asked."""
    found = service.view_plan(actor())
    form, status = PlanForm(), 422
    form.prepare(found)
    if form.validate_on_submit():
        left_out = frozenset(CAN_BE_LEFT_OUT) - frozenset(form.asked.data or [])
        days = int(form.remind.data) if form.remind.data else None
        try:
            service.change_plan(actor(), _seen(form), left_out=left_out, packs=tuple(form.packs.data or []), remind_days=days)
            flash(_("Saved. Who has begun goes on with the new questions; who has sent theirs is asked nothing again."), "ok")
            return go("intake.plan")
        except Conflict as error:
            form.form_errors.append(f"{error.message} {error.hint or ''}".strip())
            form.seen.data, status = str(service.view_plan(actor()).version), 409
    return _plan_page(form, found, status=status)


@bp.get("/first-questions/add")
@admins
def add_own() -> Response:
    """Ask for a question of the clinic's own."""
    form = OwnForm(formdata=None, seen=str(service.view_plan(actor()).version))
    form.prepare()
    return page("intake/own.html", form=form, key="")


@bp.post("/first-questions/add")
@admins
def add_own_submit() -> Response:
    """Add a question."""
    return _save_own("")


@bp.get("/first-questions/<key>")
@admins
def own(key: str) -> Response:
    """Show a question of the clinic's own."""
    found = service.view_plan(actor())
    form = OwnForm(formdata=None, seen=str(found.version))
    form.prepare()
    form.show(service.own_question(found, key))
    return page("intake/own.html", form=form, key=key)


@bp.post("/first-questions/<key>")
@admins
def own_submit(key: str) -> Response:
    """Change a question."""
    service.own_question(service.view_plan(actor()), key)
    return _save_own(key)


@bp.post("/first-questions/<key>/remove")
@admins
def remove_own(key: str) -> Response:
    """Ask a question no more."""
    service.remove_own(actor(), _posted_seen(), key)
    flash(_("We do not ask this any more. Answers given so far stay where they are."), "ok")
    return go("intake.plan")


@bp.post("/first-questions/<key>/up")
@admins
def move_own(key: str) -> Response:
    """Ask a question earlier."""
    service.move_own_up(actor(), _posted_seen(), key)
    return go("intake.plan")


@bp.get("/unfinished")
@admins
def unfinished() -> Response:
    """List who has not finished."""
    found = people.unfinished(actor(), request.args.get("page", 1, type=int))
    return page("intake/unfinished.html", people=found, now=clock.now())


@bp.post("/unfinished/<uuid:uid>/remind")
@admins
def nudge(uid: UUID) -> Response:
    """Write one kind reminder."""
    try:
        people.nudge(actor(), uid)
        flash(_("Written. They can go on where they left off."), "ok")
    except Conflict as error:
        flash(error.message, "note")
    return go("intake.unfinished")


def _save_own(key: str) -> Response:
    form, status = OwnForm(), 422
    form.prepare()
    if form.validate_on_submit():
        try:
            service.save_own(actor(), _seen(form), form.question(key))
            flash(_("Saved. New patients are asked this from now on."), "ok")
            return go("intake.plan")
        except Invalid as error:
            form.take_errors(error)
        except Conflict as error:
            form.form_errors.append(f"{error.message} {error.hint or ''}".strip())
            form.seen.data, status = str(service.view_plan(actor()).version), 409
    return page("intake/own.html", status=status, form=form, key=key)


def _plan_page(form: PlanForm, found: service.Plan, *, status: int = 200) -> Response:
    return page("intake/plan.html", status=status, form=form, plan=found, kinds={str(kind): words for kind, words in KIND_WORDS.items()})


def _seen(form: PlanForm | OwnForm) -> int:
    return int(form.seen.data) if str(form.seen.data).isdigit() else -1


def _posted_seen() -> int:
    return request.form.get("seen", -1, type=int)
