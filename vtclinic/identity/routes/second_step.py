"""Pages of adding, using up and removing second steps."""

from __future__ import annotations

from uuid import UUID

from flask import Response

from vtclinic.core.access import before_second_step, fresh
from vtclinic.core.errors import Conflict, Invalid
from vtclinic.core.web import actor, go, page, see
from vtclinic.identity import second_step
from vtclinic.identity.answers import options_answer
from vtclinic.identity.forms import LabelForm
from vtclinic.identity.models import Stage
from vtclinic.identity.proof_forms import CodeForm, PasskeyForm
from vtclinic.identity.routes.blueprint import bp
from vtclinic.identity.sessions import Begun
from vtclinic.identity.visits import enter, site, visit


@bp.get("/second-step")
@before_second_step
@fresh
def set_up() -> Response:
    """Show the two ways and what is there already."""
    return _set_up_page()


@bp.post("/second-step/app")
@before_second_step
@fresh
def start_app() -> Response:
    """Begin to add an app."""
    second_step.start_app(actor())
    return go("identity.add_app")


@bp.get("/second-step/app")
@before_second_step
@fresh
def add_app() -> Response:
    """Show the picture to scan and ask for a first code."""
    return _app_page(CodeForm(formdata=None))


@bp.post("/second-step/app/code")
@before_second_step
@fresh
def finish_app() -> Response:
    """Count the app in."""
    form = CodeForm()
    if form.validate_on_submit():
        try:
            return _added(second_step.finish_app(actor(), form.code.data, visit()))
        except Invalid as error:
            form.take_errors(error)
    return _app_page(form, status=422)


@bp.post("/second-step/app/remove")
@fresh
def remove_app() -> Response:
    """Forget the app."""
    try:
        second_step.remove_app(actor())
    except Conflict as error:
        return _set_up_page(problem=error.message, status=409)
    return go("identity.set_up")


@bp.post("/second-step/passkey/options")
@before_second_step
@fresh
def passkey_options() -> Response:
    """Give a browser what it needs to make a passkey."""
    return options_answer(second_step.passkey_options(actor(), site()))


@bp.post("/second-step/passkey")
@before_second_step
@fresh
def add_passkey() -> Response:
    """Store a new passkey."""
    form = PasskeyForm()
    try:
        if form.validate_on_submit():
            made = second_step.add_passkey(actor(), site(), form.challenge_uid(), form.answer.data or "", label=form.label.data or "", visit=visit())
            return _added(made)
    except (Invalid, Conflict) as error:
        return _set_up_page(problem=error.message, status=422)
    return _set_up_page(status=422)


@bp.get("/second-step/passkey/<uuid:uid>")
@fresh
def passkey(uid: UUID) -> Response:
    """Show one passkey: rename or remove it."""
    found = second_step.own_passkey(actor(), uid)
    return page("identity/passkey.html", passkey=found, form=LabelForm(formdata=None, label=found.label))


@bp.post("/second-step/passkey/<uuid:uid>/name")
@fresh
def rename_passkey(uid: UUID) -> Response:
    """Give a passkey another name."""
    form = LabelForm()
    if form.validate_on_submit():
        second_step.rename_passkey(actor(), uid, form.label.data)
        return go("identity.set_up")
    return page("identity/passkey.html", status=422, passkey=second_step.own_passkey(actor(), uid), form=form)


@bp.post("/second-step/passkey/<uuid:uid>/remove")
@fresh
def remove_passkey(uid: UUID) -> Response:
    """Forget a passkey."""
    try:
        second_step.remove_passkey(actor(), uid)
    except Conflict as error:
        return _set_up_page(problem=error.message, status=409)
    return go("identity.set_up")


@bp.get("/second-step/codes")
@fresh
def codes() -> Response:
    """Say what recovery codes are, and how many are left."""
    uid = actor().uid
    assert uid is not None
    return page("identity/recovery_codes.html", codes=None, left=second_step.codes_left(uid))


@bp.post("/second-step/codes")
@fresh
def make_codes() -> Response:
    """Make eight codes and show them, once: this answer is their only copy, so it cannot be a redirect."""
    return page("identity/recovery_codes.html", codes=second_step.new_recovery_codes(actor()), left=0)


def _added(begun: Begun | None) -> Response:
    return see(enter(begun, onward="/second-step/codes")) if begun else go("identity.codes")


def _set_up_page(*, problem: str = "", status: int = 200) -> Response:
    uid = actor().uid
    assert uid is not None
    return page(
        "identity/set_up.html",
        status=status,
        problem=problem,
        forced=actor().role == Stage.SET_UP,
        has_app=second_step.app_of(uid) is not None,
        passkeys=second_step.passkeys_of(uid),
        codes_left=second_step.codes_left(uid),
        form=PasskeyForm(formdata=None),
        host=site().host,
    )


def _app_page(form: CodeForm, *, status: int = 200) -> Response:
    shown = second_step.enrolment(actor())
    return page("identity/add_app.html", status=status, form=form, enrolment=shown) if shown else go("identity.set_up")
