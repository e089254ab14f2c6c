"""Pages of one's own account: name, language, look, roles."""

from __future__ import annotations

from flask import Response, request

from vtclinic.core.errors import Invalid
from vtclinic.core.web import actor, go, page, see
from vtclinic.identity import my_account, second_step
from vtclinic.identity.forms import WishesForm
from vtclinic.identity.my_account import Wishes
from vtclinic.identity.routes.blueprint import bp


@bp.get("/account")
def account() -> Response:
    """Show settings and the ways to security."""
    found = my_account.own(actor())
    form = WishesForm(
        formdata=None,
        name=found.name,
        locale=found.locale,
        timezone=found.timezone,
        appearance=found.appearance,
        easier_letters=found.easier_letters,
    )
    return _account_page(form, saved="saved" in request.args)


@bp.post("/account")
def account_submit() -> Response:
    """Store the settings."""
    form = WishesForm()
    if form.validate_on_submit():
        try:
            my_account.change_wishes(
                actor(),
                Wishes(form.name.data or "", form.locale.data, form.timezone.data, form.appearance.data, easier_letters=bool(form.easier_letters.data)),
            )
            return go("identity.account", saved=1)
        except Invalid as error:
            form.take_errors(error)
    return _account_page(form, status=422)


@bp.post("/account/role")
def act_as() -> Response:
    """Go on in another of one's roles."""
    my_account.act_as(actor(), request.form.get("role", ""))
    return see("/")


def _account_page(form: WishesForm, *, status: int = 200, saved: bool = False) -> Response:
    found = my_account.own(actor())
    return page(
        "identity/account.html",
        status=status,
        form=form,
        saved=saved,
        email=found.email,
        has_second_step=second_step.has_any(found.uid),
        codes_left=second_step.codes_left(found.uid),
        sessions=len(my_account.my_sessions(actor())),
        other_roles=[role for role in found.roles if role != actor().role],
    )
