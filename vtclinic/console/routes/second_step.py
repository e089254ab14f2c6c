"""Pages of adding and removing an IT administrator's second steps."""

from __future__ import annotations

from uuid import UUID

from flask import Response

from vtclinic.console import second_step, sessions
from vtclinic.console.routes.blueprint import bp
from vtclinic.console.visits import enter, instance, site, visit
from vtclinic.core.access import before_second_step, console, fresh
from vtclinic.core.errors import Conflict, Invalid
from vtclinic.core.web import actor, go, page, see
from vtclinic.identity.answers import options_answer
from vtclinic.identity.models import Stage
from vtclinic.identity.proof_forms import CodeForm, PasskeyForm
from vtclinic.identity.sessions import Begun


@bp.get("/second-step")
@console
@before_second_step
@fresh
def set_up() -> Response:
    """Show the two ways and what is there already."""
    return _set_up_page()


@bp.post("/second-step/app")
@console
@before_second_step
@fresh
def start_app() -> Response:
    """Begin to add an app."""
    second_step.start_app(instance(), actor())
    return go("console.add_app")


@bp.get("/second-step/app")
@console
@before_second_step
@fresh
def add_app() -> Response:
    """Show the picture to scan and ask for a first code."""
    return _app_page(CodeForm(formdata=None))


@bp.post("/second-step/app/code")
@console
@before_second_step
@fresh
def finish_app() -> Response:
    """Count the app in."""
    form = CodeForm()
    if form.validate_on_submit():
        try:
            return _added(second_step.finish_app(instance(), actor(), form.code.data, visit()))
        except Invalid as error:
            form.take_errors(error)
    return _app_page(form, status=422)


@bp.post("/second-step/app/remove")
@console
@fresh
def remove_app() -> Response:
    """Forget the app."""
    try:
        second_step.remove_app(instance(), actor())
    except Conflict as error:
        return _set_up_page(problem=error.message, status=409)
    return go("console.set_up")


@bp.post("/second-step/passkey/options")
@console
@before_second_step
@fresh
def passkey_options() -> Response:
    """Give a browser what it needs to make a passkey."""
    return options_answer(second_step.passkey_options(actor(), site()))


@bp.post("/second-step/passkey")
@console
@before_second_step
@fresh
def add_passkey() -> Response:
    """Store a new passkey."""
    form = PasskeyForm()
    try:
        if form.validate_on_submit():
            answer, label = form.answer.data or "", form.label.data or ""
            made = second_step.add_passkey(instance(), actor(), site(), challenge_uid=form.challenge_uid(), answer=answer, label=label, visit=visit())
            return _added(made)
    except (Invalid, Conflict) as error:
        return _set_up_page(problem=error.message, status=422)
    return _set_up_page(status=422)


@bp.post("/second-step/passkey/<uuid:uid>/remove")
@console
@fresh
def remove_passkey(uid: UUID) -> Response:
    """Forget a passkey."""
    try:
        second_step.remove_passkey(instance(), actor(), uid)
    except Conflict as error:
        return _set_up_page(problem=error.message, status=409)
    return go("console.set_up")


@bp.get("/second-step/codes")
@console
@fresh
def codes() -> Response:
    """Say what recovery codes are, and how many are left."""
    uid = actor().uid
    assert uid is not None
    return page("console/recovery_codes.html", codes=None, left=second_step.steps_of(uid).codes_left)


@bp.post("/second-step/codes")
@console
@fresh
def make_codes() -> Response:
    """Make eight codes and show them, once: this answer is their only copy, so it cannot be a redirect."""
    return page("console/recovery_codes.html", codes=second_step.new_recovery_codes(instance(), actor()), left=0)


def _added(begun: Begun | None) -> Response:
    return see(enter(begun, onward="/console/second-step/codes")) if begun else go("console.codes")


def _set_up_page(*, problem: str = "", status: int = 200) -> Response:
    who = actor()
    assert who.uid is not None
    forced = who.role == sessions.ROLE_OF[Stage.SET_UP]
    return page("console/set_up.html", status=status, problem=problem, forced=forced, steps=second_step.steps_of(who.uid), form=PasskeyForm(formdata=None))


def _app_page(form: CodeForm, *, status: int = 200) -> Response:
    shown = second_step.enrolment(instance(), actor())
    return page("console/add_app.html", status=status, form=form, enrolment=shown) if shown else go("console.set_up")
