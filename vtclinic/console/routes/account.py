"""Pages of one's own account at the console, and of the others who run this instance."""

from __future__ import annotations

from uuid import UUID

from flask import Response

from vtclinic.console import admins, second_step
from vtclinic.console.forms import AdminForm
from vtclinic.console.routes.blueprint import bp
from vtclinic.console.routes.sign_in import signed_out_answer
from vtclinic.console.service import admin_of
from vtclinic.console.visits import instance
from vtclinic.core.access import console, fresh, own_unit
from vtclinic.core.errors import Conflict, Invalid
from vtclinic.core.uow import control_unit_of_work
from vtclinic.core.web import actor, go, page
from vtclinic.identity.proof_forms import NewPasswordForm

ACTS = {"disable": admins.disable_admin, "enable": admins.enable_admin, "reset": admins.reset_second_step}


@bp.get("/account")
@console
def account() -> Response:
    """Show how one signs in, where one is signed in, and who else runs this instance."""
    me = admin_of(actor())
    return page(
        "console/account.html",
        me=me,
        steps=second_step.steps_of(me.uid),
        sessions=admins.my_sessions(actor()),
        here=actor().session_uid,
        others=[row for row in admins.list_admins(actor()) if row.uid != me.uid],
    )


@bp.get("/account/password")
@console
@fresh
def change_password() -> Response:
    """Ask for a new password."""
    return page("console/change_password.html", form=NewPasswordForm(formdata=None))


@bp.post("/account/password")
@console
@fresh
@own_unit
def change_password_submit() -> Response:
    """Set a new password; other devices are signed out."""
    form = NewPasswordForm()
    if form.validate_on_submit():
        try:
            admins.change_password(instance(), actor(), form.password.data)
            return go("console.account")
        except Invalid as error:
            form.take_errors(error)
    return page("console/change_password.html", status=422, form=form)


@bp.post("/account/devices/<uuid:uid>/sign-out")
@console
def sign_device_out(uid: UUID) -> Response:
    """Sign one device out."""
    admins.end_session(instance(), actor(), uid)
    return signed_out_answer() if uid == actor().session_uid else go("console.account")


@bp.post("/account/devices/sign-out-everywhere")
@console
def sign_out_everywhere() -> Response:
    """Sign every device out, this one too."""
    admins.end_all_sessions(instance(), actor())
    return signed_out_answer()


@bp.get("/administrators/add")
@console
@fresh
def add_admin() -> Response:
    """Ask for a new administrator's address."""
    return page("console/add_admin.html", form=AdminForm(formdata=None), password="")


@bp.post("/administrators/add")
@console
@fresh
@own_unit
def add_admin_submit() -> Response:
    """Make the account and show its first password, once: this answer is its only copy, so it cannot be a redirect."""
    form = AdminForm()
    if form.validate_on_submit():
        try:
            return page("console/add_admin.html", form=form, password=admins.add_admin(instance(), actor(), form.email.data))
        except Invalid as error:
            form.take_errors(error)
        except Conflict as error:
            form.email.errors = [error.message]
    with control_unit_of_work(write=False):
        return page("console/add_admin.html", status=422, form=form, password="")


@bp.get("/administrators/<uuid:uid>")
@console
@fresh
def admin(uid: UUID) -> Response:
    """Show another administrator: switch off or on, reset the second step."""
    return page("console/admin.html", admin=admins.find_admin(actor(), uid), steps=second_step.steps_of(uid))


@bp.post("/administrators/<uuid:uid>/<any(disable, enable, reset):act>")
@console
@fresh
def admin_act(uid: UUID, act: str) -> Response:
    """Switch an administrator off or on, or forget their second steps."""
    ACTS[act](instance(), actor(), uid)
    return go("console.admin", uid=uid)
