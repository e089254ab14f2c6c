"""Pages of signing in to the console and out of it."""

from __future__ import annotations

from flask import Response

from vtclinic.console import admins, second_step, sessions, sign_in, throttle
from vtclinic.console.routes.blueprint import bp
from vtclinic.console.visits import HOME, enter, instance, leave, over, site, visit, wants_next
from vtclinic.core.access import before_second_step, console, own_unit, public
from vtclinic.core.errors import Invalid, TooMany
from vtclinic.core.forms import ClinicForm
from vtclinic.core.uow import control_unit_of_work
from vtclinic.core.web import actor, go, page, see
from vtclinic.identity.answers import cleared, options_answer
from vtclinic.identity.limits import limits
from vtclinic.identity.models import Stage
from vtclinic.identity.proof_forms import CodeForm, PasskeyForm, PasswordForm, SignInForm


@bp.get("/sign-in", endpoint="sign_in")
@console
@public
def sign_in_page() -> Response:
    """Show the sign-in page; after a time-out it says so."""
    minutes = int(limits().idle(staff=True).total_seconds() // 60) if over() else 0
    return _sign_in_page(SignInForm(formdata=None, next=wants_next()), ended_after=minutes)


@bp.post("/sign-in")
@console
@public
@own_unit
def sign_in_submit() -> Response:
    """Check e-mail and password."""
    form = SignInForm()
    if form.validate_on_submit():
        try:
            return see(enter(sign_in.with_password(instance(), visit(), form.email.data, form.password.data), onward=wants_next()))
        except Invalid as error:
            form.take_errors(error)
        except TooMany as error:
            return _wait(_sign_in_page(_say(form, error), status=429), error)
    return _sign_in_page(form, status=422)


@bp.post("/sign-in/passkey/options")
@console
@public
def sign_in_passkey_options() -> Response:
    """Give a browser a challenge for any passkey of the console."""
    throttle.charge(instance(), throttle.CHALLENGE, visit().place)
    return options_answer(second_step.request_options(site()))


@bp.post("/sign-in/passkey")
@console
@public
@own_unit
def sign_in_passkey() -> Response:
    """Sign in with a passkey, without typing anything."""
    form, shown = PasskeyForm(), SignInForm(formdata=None, next=wants_next())
    if form.validate_on_submit():
        try:
            begun = sign_in.with_passkey(instance(), visit(), site(), challenge_uid=form.challenge_uid(), answer=form.answer.data or "")
            return see(enter(begun, onward=wants_next()))
        except Invalid as error:
            shown.take_errors(error)
    return _sign_in_page(shown, status=422)


@bp.get("/sign-in/code", endpoint="second_step")
@console
@before_second_step
def second_step_page() -> Response:
    """Ask for the second step."""
    return _code_page(CodeForm(formdata=None))


@bp.post("/sign-in/code")
@console
@before_second_step
@own_unit
def second_step_submit() -> Response:
    """Pass the second step with a code."""
    form = CodeForm()
    if form.validate_on_submit():
        try:
            return see(enter(sign_in.with_code(instance(), visit(), form.code.data)))
        except Invalid as error:
            form.take_errors(error)
        except TooMany as error:
            with control_unit_of_work(write=False):
                return _wait(_code_page(_say(form, error), status=429), error)
    with control_unit_of_work(write=False):
        return _code_page(form, status=422)


@bp.post("/sign-in/code/passkey/options")
@console
@before_second_step
def second_step_passkey_options() -> Response:
    """Give a browser a challenge for this person's passkeys."""
    return options_answer(second_step.request_options(site(), actor().uid))


@bp.post("/sign-in/code/passkey")
@console
@before_second_step
@own_unit
def second_step_passkey() -> Response:
    """Pass the second step with a passkey."""
    form, shown = PasskeyForm(), CodeForm(formdata=None)
    if form.validate_on_submit():
        try:
            begun = sign_in.with_second_passkey(instance(), visit(), site(), challenge_uid=form.challenge_uid(), answer=form.answer.data or "")
            return see(enter(begun))
        except Invalid as error:
            shown.take_errors(error)
    with control_unit_of_work(write=False):
        return _code_page(shown, status=422)


@bp.get("/confirm-it-is-you")
@console
def confirm_it_is_you() -> Response:
    """Ask for the password or a passkey again before something sensitive."""
    return _again_page(PasswordForm(formdata=None, next=wants_next()))


@bp.post("/confirm-it-is-you")
@console
@own_unit
def confirm_it_is_you_submit() -> Response:
    """Make this sign-in fresh again by the password."""
    form = PasswordForm()
    if form.validate_on_submit():
        try:
            sign_in.prove_again(instance(), actor(), form.password.data)
            return see(wants_next() or HOME)
        except Invalid as error:
            form.take_errors(error)
    with control_unit_of_work(write=False):
        return _again_page(form, status=422)


@bp.post("/confirm-it-is-you/passkey")
@console
@own_unit
def confirm_it_is_you_passkey() -> Response:
    """Make this sign-in fresh again by a passkey."""
    form, shown = PasskeyForm(), PasswordForm(formdata=None, next=wants_next())
    if form.validate_on_submit():
        try:
            sign_in.prove_again_with_passkey(instance(), actor(), site(), challenge_uid=form.challenge_uid(), answer=form.answer.data or "")
            return see(wants_next() or HOME)
        except Invalid as error:
            shown.take_errors(error)
    with control_unit_of_work(write=False):
        return _again_page(shown, status=422)


@bp.post("/sign-out")
@console
@before_second_step
def sign_out() -> Response:
    """End this sign-in and ask the browser to forget what it holds."""
    admins.sign_out(instance(), actor())
    return signed_out_answer()


@bp.get("/signed-out")
@console
@public
def signed_out() -> Response:
    """Say that somebody is signed out."""
    return page("console/signed_out.html")


def signed_out_answer() -> Response:
    """Clear this browser and send it to the page that says so."""
    leave()
    return cleared(go("console.signed_out"))


def _say(form: ClinicForm, error: TooMany) -> ClinicForm:
    form.form_errors.append(f"{error.message} {error.hint}")
    return form


def _wait(answer: Response, error: TooMany) -> Response:
    answer.headers["Retry-After"] = str(error.retry_after)
    return answer


def _sign_in_page(form: ClinicForm, *, status: int = 200, ended_after: int = 0) -> Response:
    return page("console/sign_in.html", status=status, form=form, passkey=PasskeyForm(formdata=None, next=wants_next()), ended_after=ended_after)


def _code_page(form: ClinicForm, *, status: int = 200) -> Response:
    uid = actor().uid
    if uid is None or actor().role != sessions.ROLE_OF[Stage.SECOND_STEP]:
        return see(HOME)
    return page("console/second_step.html", status=status, form=form, passkey=PasskeyForm(formdata=None), steps=second_step.steps_of(uid))


def _again_page(form: ClinicForm, *, status: int = 200) -> Response:
    uid = actor().uid
    assert uid is not None
    passkey = PasskeyForm(formdata=None, next=wants_next())
    return page("console/confirm_it_is_you.html", status=status, form=form, passkey=passkey, has_passkey=bool(second_step.steps_of(uid).passkeys))
