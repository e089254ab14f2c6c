"""Pages of a forgotten password and of sign-in links."""

from __future__ import annotations

from flask import Response

from vtclinic.core.access import own_unit, public
from vtclinic.core.errors import Invalid
from vtclinic.core.uow import unit_of_work
from vtclinic.core.web import go, page, see
from vtclinic.identity import recovery, sign_in
from vtclinic.identity.forms import AddressForm
from vtclinic.identity.models import User
from vtclinic.identity.passwords import SHORTEST_ALONE, SHORTEST_WITH_SECOND_STEP
from vtclinic.identity.proof_forms import NewPasswordForm, SignInForm
from vtclinic.identity.routes.blueprint import bp
from vtclinic.identity.visits import enter, visit


@bp.get("/sign-in/link")
@public
def ask_link() -> Response:
    """Ask where to mail a sign-in link."""
    return page("identity/ask_link.html", form=AddressForm(formdata=None))


@bp.post("/sign-in/link")
@public
@own_unit
def ask_link_submit() -> Response:
    """Mail a sign-in link, if there is somebody to mail it to."""
    form = AddressForm()
    if form.validate_on_submit():
        try:
            sign_in.ask_for_link(visit(), form.email.data)
            return go("identity.mail_sent")
        except Invalid as error:
            form.take_errors(error)
    return page("identity/ask_link.html", status=422, form=form)


@bp.get("/sign-in/mail-sent")
@public
def mail_sent() -> Response:
    """Say what happens next, whether or not there is an account."""
    return page("identity/check_mail.html", what="link")


@bp.get("/sign-in/link/<token>")
@public
def link(token: str) -> Response:
    """Show the button behind a sign-in link."""
    sign_in.check_link(token)
    return page("identity/use_link.html", form=SignInForm(formdata=None), token=token)


@bp.post("/sign-in/link/<token>")
@public
@own_unit
def link_submit(token: str) -> Response:
    """Sign in by the link."""
    return see(enter(sign_in.with_link(visit(), token)))


@bp.get("/sign-in/forgot")
@public
def forgot() -> Response:
    """Ask where to mail a link for a new password."""
    return page("identity/forgot.html", form=AddressForm(formdata=None))


@bp.post("/sign-in/forgot")
@public
@own_unit
def forgot_submit() -> Response:
    """Mail a link for a new password, if there is somebody to mail it to."""
    form = AddressForm()
    if form.validate_on_submit():
        try:
            recovery.ask(visit(), form.email.data)
            return go("identity.mail_sent")
        except Invalid as error:
            form.take_errors(error)
    return page("identity/forgot.html", status=422, form=form)


@bp.get("/sign-in/new-password/<token>")
@public
def new_password(token: str) -> Response:
    """Ask for a new password."""
    owner = recovery.owner_of(token)
    return page("identity/new_password.html", form=NewPasswordForm(formdata=None), token=token, shortest=shortest_for(owner))


@bp.post("/sign-in/new-password/<token>")
@public
@own_unit
def new_password_submit(token: str) -> Response:
    """Set the new password; everybody signs in anew."""
    form = NewPasswordForm()
    with unit_of_work(write=False):
        shortest = shortest_for(recovery.owner_of(token))
    if form.validate_on_submit():
        try:
            recovery.reset(token, form.password.data)
            return go("identity.password_changed")
        except Invalid as error:
            form.take_errors(error)
    return page("identity/new_password.html", status=422, form=form, token=token, shortest=shortest)


@bp.get("/sign-in/password-changed")
@public
def password_changed() -> Response:
    """Say that it worked, and lead to the sign-in page."""
    return page("identity/password_changed.html")


def shortest_for(owner: User) -> int:
    """Return how long this person's password has to be."""
    return SHORTEST_WITH_SECOND_STEP if owner.is_staff else SHORTEST_ALONE
