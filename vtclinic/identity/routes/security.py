"""Pages of one's own account that ask to prove it is you: password, address, devices."""

from __future__ import annotations

from uuid import UUID

from flask import Response

from vtclinic.core.access import fresh, own_unit, public
from vtclinic.core.errors import Invalid
from vtclinic.core.web import actor, go, page
from vtclinic.identity import my_account
from vtclinic.identity.forms import AddressForm
from vtclinic.identity.proof_forms import NewPasswordForm, SignInForm
from vtclinic.identity.routes.blueprint import bp
from vtclinic.identity.routes.sign_in import signed_out_answer


@bp.get("/account/password")
@fresh
def change_password() -> Response:
    """Ask for a new password."""
    return page("identity/change_password.html", form=NewPasswordForm(formdata=None))


@bp.post("/account/password")
@fresh
@own_unit
def change_password_submit() -> Response:
    """Set a new password; other devices are signed out."""
    form = NewPasswordForm()
    if form.validate_on_submit():
        try:
            my_account.change_password(actor(), form.password.data)
            return go("identity.account", saved=1)
        except Invalid as error:
            form.take_errors(error)
    return page("identity/change_password.html", status=422, form=form)


@bp.get("/account/e-mail")
@fresh
def change_email() -> Response:
    """Ask for a new address."""
    return page("identity/change_email.html", form=AddressForm(formdata=None), email=my_account.own(actor()).email)


@bp.post("/account/e-mail")
@fresh
def change_email_submit() -> Response:
    """Mail a link to the new address, and tell the old one."""
    form = AddressForm()
    if form.validate_on_submit():
        try:
            my_account.ask_email_change(actor(), form.email.data)
            return go("identity.new_address_mailed")
        except Invalid as error:
            form.take_errors(error)
    return page("identity/change_email.html", status=422, form=form, email=my_account.own(actor()).email)


@bp.get("/account/e-mail/check-your-mail")
def new_address_mailed() -> Response:
    """Say that a mail is on its way to the new address."""
    return page("identity/check_mail.html", what="address")


@bp.get("/account/e-mail/confirm/<token>")
@public
def confirm_email_change(token: str) -> Response:
    """Show the button behind the link."""
    my_account.check_email_change(token)
    return page("identity/confirm_address.html", form=SignInForm(formdata=None), token=token, done=False)


@bp.post("/account/e-mail/confirm/<token>")
@public
def confirm_email_change_submit(token: str) -> Response:
    """Move the account to its new address."""
    my_account.confirm_email_change(token)
    return go("identity.email_changed")


@bp.get("/account/e-mail/changed")
@public
def email_changed() -> Response:
    """Say that it worked."""
    return page("identity/confirm_address.html", form=None, token="", done=True)


@bp.get("/account/devices")
def devices() -> Response:
    """List where this person is signed in."""
    return page("identity/devices.html", sessions=my_account.my_sessions(actor()), here=actor().session_uid)


@bp.post("/account/devices/<uuid:uid>/sign-out")
def sign_device_out(uid: UUID) -> Response:
    """Sign one device out."""
    my_account.end_session(actor(), uid)
    return signed_out_answer() if uid == actor().session_uid else go("identity.devices")


@bp.post("/account/devices/sign-out-everywhere")
def sign_out_everywhere() -> Response:
    """Sign every device out, this one too."""
    my_account.end_all_sessions(actor())
    return signed_out_answer()
