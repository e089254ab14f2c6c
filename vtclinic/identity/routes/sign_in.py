"""Pages of signing in and out."""

from __future__ import annotations

from flask import Response

from vtclinic.core.access import before_second_step, own_unit, public
from vtclinic.core.errors import Invalid, TooMany
from vtclinic.core.uow import unit_of_work
from vtclinic.core.web import actor, go, page, see
from vtclinic.identity import my_account, second_step, sign_in, throttle
from vtclinic.identity.answers import cleared, options_answer
from vtclinic.identity.limits import limits
from vtclinic.identity.models import Stage
from vtclinic.identity.proof_forms import CodeForm, PasskeyForm, PasswordForm, SignInForm
from vtclinic.identity.registration import is_open
from vtclinic.identity.routes.blueprint import bp
from vtclinic.identity.visits import enter, leave, over, site, visit, wants_next


@bp.get("/sign-in", endpoint="sign_in")
@public
def sign_in_page() -> Response:
    """Show the sign-in page; after a time-out it says so."""
    ended = over()
    minutes = int(limits().idle(staff=ended.user.is_staff).total_seconds() // 60) if ended else 0
    return _sign_in_page(SignInForm(formdata=None, next=wants_next()), ended_after=minutes)


@bp.post("/sign-in")
@public
@own_unit
def sign_in_submit() -> Response:
    """Sign in with a password."""
    form = SignInForm()
    if form.validate_on_submit():
        try:
            return see(enter(sign_in.with_password(visit(), form.email.data, form.password.data), onward=wants_next()))
        except Invalid as error:
            form.take_errors(error)
        except TooMany as error:
            # On this page, not an error page: the ways that are still open stand below.
            form.form_errors.append(f"{error.message} {error.hint}")
            answer = _sign_in_page(form, status=429)
            answer.headers["Retry-After"] = str(error.retry_after)
            return answer
    return _sign_in_page(form, status=422)


@bp.post("/sign-in/passkey/options")
@public
def sign_in_passkey_options() -> Response:
    """Give a browser a challenge for any passkey of this site."""
    throttle.charge(throttle.CHALLENGE, visit().place)
    return options_answer(second_step.request_options(site()))


@bp.post("/sign-in/passkey")
@public
@own_unit
def sign_in_passkey() -> Response:
    """Sign in with a passkey, without typing anything."""
    form = PasskeyForm()
    if form.validate_on_submit():
        try:
            return see(enter(sign_in.with_passkey(visit(), site(), form.challenge_uid(), form.answer.data or ""), onward=wants_next()))
        except Invalid as error:
            form.take_errors(error)
    shown = SignInForm(formdata=None, next=wants_next())
    shown.form_errors.extend(form.form_errors)
    return _sign_in_page(shown, status=422)


@bp.get("/sign-in/code", endpoint="second_step")
@before_second_step
def second_step_page() -> Response:
    """Ask for the second step."""
    return _code_page(CodeForm(formdata=None))


@bp.post("/sign-in/code")
@before_second_step
@own_unit
def second_step_submit() -> Response:
    """Pass the second step with a code."""
    form = CodeForm()
    if form.validate_on_submit():
        try:
            return see(enter(sign_in.with_code(visit(), form.code.data)))
        except Invalid as error:
            form.take_errors(error)
    with unit_of_work(write=False):
        return _code_page(form, status=422)


@bp.post("/sign-in/code/passkey/options")
@before_second_step
def second_step_passkey_options() -> Response:
    """Give a browser a challenge for this person's passkeys."""
    return options_answer(second_step.request_options(site(), actor().uid))


@bp.post("/sign-in/code/passkey")
@before_second_step
@own_unit
def second_step_passkey() -> Response:
    """Pass the second step with a passkey."""
    form = PasskeyForm()
    shown = CodeForm(formdata=None)
    if form.validate_on_submit():
        try:
            return see(enter(sign_in.with_second_passkey(visit(), site(), form.challenge_uid(), form.answer.data or "")))
        except Invalid as error:
            shown.take_errors(error)
    with unit_of_work(write=False):
        return _code_page(shown, status=422)


@bp.get("/confirm-it-is-you")
def confirm_it_is_you() -> Response:
    """Ask for the password or a passkey again before something sensitive."""
    return _again_page(PasswordForm(formdata=None, next=wants_next()))


@bp.post("/confirm-it-is-you")
@own_unit
def confirm_it_is_you_submit() -> Response:
    """Make this sign-in fresh again by the password."""
    form = PasswordForm()
    if form.validate_on_submit():
        try:
            sign_in.prove_again(actor(), form.password.data)
            return see(wants_next() or "/account")
        except Invalid as error:
            form.take_errors(error)
    with unit_of_work(write=False):
        return _again_page(form, status=422)


@bp.post("/confirm-it-is-you/passkey")
@own_unit
def confirm_it_is_you_passkey() -> Response:
    """Make this sign-in fresh again by a passkey."""
    form = PasskeyForm()
    shown = PasswordForm(formdata=None, next=wants_next())
    if form.validate_on_submit():
        try:
            sign_in.prove_again_with_passkey(actor(), site(), form.challenge_uid(), form.answer.data or "")
            return see(wants_next() or "/account")
        except Invalid as error:
            shown.take_errors(error)
    with unit_of_work(write=False):
        return _again_page(shown, status=422)


@bp.post("/sign-out")
@before_second_step
def sign_out() -> Response:
    """End this sign-in and ask the browser to forget what it holds."""
    my_account.sign_out(actor())
    return signed_out_answer()


@bp.get("/signed-out")
@public
def signed_out() -> Response:
    """Say that somebody is signed out."""
    return page("identity/signed_out.html")


def signed_out_answer() -> Response:
    """Clear this browser and send it to the page that says so."""
    leave()
    return cleared(go("identity.signed_out"))


def _sign_in_page(form: SignInForm, *, status: int = 200, ended_after: int = 0) -> Response:
    return page(
        "identity/sign_in.html", status=status, form=form, passkey=PasskeyForm(formdata=None, next=form.next.data), ended_after=ended_after, registration_open=is_open()
    )


def _code_page(form: CodeForm, *, status: int = 200) -> Response:
    uid = actor().uid
    if uid is None or actor().role != Stage.SECOND_STEP:
        return see("/")
    return page(
        "identity/second_step.html",
        status=status,
        form=form,
        passkey=PasskeyForm(formdata=None),
        has_app=second_step.app_of(uid) is not None,
        has_passkey=bool(second_step.passkeys_of(uid)),
        codes_left=second_step.codes_left(uid),
    )


def _again_page(form: PasswordForm, *, status: int = 200) -> Response:
    uid = actor().uid
    assert uid is not None
    return page(
        "identity/confirm_it_is_you.html",
        status=status,
        form=form,
        passkey=PasskeyForm(formdata=None, next=form.next.data),
        has_passkey=bool(second_step.passkeys_of(uid)),
    )
