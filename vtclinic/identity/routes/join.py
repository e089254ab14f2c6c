"""Pages of opening an account: registering, confirming the address, coming in by an invitation."""

from __future__ import annotations

from flask import Response

from vtclinic.core.access import own_unit, public, roles
from vtclinic.core.errors import Forbidden, Invalid
from vtclinic.core.uow import unit_of_work
from vtclinic.core.web import actor, go, page, see
from vtclinic.identity import registration
from vtclinic.identity.forms import ConfirmForm, InvitationForm, RegisterForm
from vtclinic.identity.models import Stage
from vtclinic.identity.my_account import own
from vtclinic.identity.routes.blueprint import bp
from vtclinic.identity.sessions import Begun
from vtclinic.identity.tokens import Purpose, find
from vtclinic.identity.visits import enter, visit

WELCOME = "/welcome/leaving-quickly"


@bp.get("/register")
@public
def register() -> Response:
    """Show the form, or say that this clinic opens accounts by invitation."""
    return page("identity/register.html", form=RegisterForm(formdata=None), is_open=registration.is_open())


@bp.post("/register")
@public
@own_unit
def register_submit() -> Response:
    """Open a patient's account; the answer is the same for an address that has one."""
    form = RegisterForm()
    if form.validate_on_submit():
        try:
            token = registration.register(visit(), form.application())
            return see(enter(Begun(token, Stage.CONFIRM)))
        except Forbidden:
            return page("identity/register.html", status=403, form=form, is_open=False)
        except Invalid as error:
            form.take_errors(error)
    return page("identity/register.html", status=422, form=form, is_open=registration.is_open())


@bp.get("/register/check-your-mail")
@public
def check_mail() -> Response:
    """Say that a mail is on its way."""
    return page("identity/check_mail.html", what="confirm")


@bp.get("/register/confirm/<token>")
@public
def confirm(token: str) -> Response:
    """Show the button behind a mailed link: mail scanners open links, they press no buttons."""
    return page("identity/confirm.html", form=ConfirmForm(formdata=None), token=token, asks=registration.confirm_needs_password(visit(), token))


@bp.post("/register/confirm/<token>")
@public
@own_unit
def confirm_submit(token: str) -> Response:
    """Confirm an address and come in."""
    form = ConfirmForm()
    if form.validate_on_submit():
        try:
            return see(enter(registration.confirm(visit(), token, form.password.data or ""), onward=WELCOME))
        except Invalid as error:
            form.take_errors(error)
    with unit_of_work(write=False):
        asks = registration.confirm_needs_password(visit(), token)
    return page("identity/confirm.html", status=422, form=form, token=token, asks=asks)


@bp.post("/register/not-me/<token>")
@public
def disown(token: str) -> Response:
    """Delete an account somebody else opened with this address."""
    registration.disown(token)
    return go("identity.disowned")


@bp.get("/register/not-me")
@public
def disowned() -> Response:
    """Say that it is gone."""
    return page("identity/disowned.html")


@bp.get("/welcome/leaving-quickly")
@roles("patient")
def welcome() -> Response:
    """Show once how to leave quickly."""
    return page("identity/leaving_quickly.html")


@bp.post("/welcome/leaving-quickly")
@roles("patient")
def welcomed() -> Response:
    """Note that it was shown, and go on."""
    registration.note_welcome(own(actor()))
    return see("/")


@bp.get("/invitation/<token>")
@public
def invitation(token: str) -> Response:
    """Show what an invited person has to fill in."""
    owner = find(token, Purpose.INVITE).user
    form = InvitationForm(formdata=None, name=owner.name)
    return page("identity/invitation.html", form=form, token=token, for_staff=owner.is_staff, email=owner.email)


@bp.post("/invitation/<token>")
@public
@own_unit
def invitation_submit(token: str) -> Response:
    """Come in: staff go on to their second step."""
    form = InvitationForm()
    with unit_of_work(write=False):
        owner = find(token, Purpose.INVITE).user
    if form.validate_on_submit():
        try:
            begun = registration.accept_invitation(visit(), token, form.application(owner.email))
            return see(enter(begun, onward="" if owner.is_staff else WELCOME))
        except Invalid as error:
            form.take_errors(error)
    return page("identity/invitation.html", status=422, form=form, token=token, for_staff=owner.is_staff, email=owner.email)
