"""Pages about kinds of session, for clinic administrators."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, flash

from vtclinic.core.access import roles
from vtclinic.core.errors import Invalid
from vtclinic.core.i18n import gettext as _
from vtclinic.core.policy import CLINIC_ADMIN
from vtclinic.core.web import actor, go, page
from vtclinic.features.scheduling.kinds import service
from vtclinic.features.scheduling.kinds.forms import KindForm
from vtclinic.features.scheduling.models import ServiceType

bp = Blueprint("kinds", __name__, url_prefix="/session-kinds", template_folder="../templates")
admins = roles(CLINIC_ADMIN)
# What the form of a new kind begins with.
USUAL = {"minutes": 50, "step_minutes": 60, "before_minutes": 0, "after_minutes": 10, "notice_minutes": 240, "horizon_days": 60, "approval_hours": 24, "cancel_hours": 24}


@bp.get("")
@admins
def index() -> Response:
    """Show every kind of session."""
    return page("kinds/index.html", kinds=service.every_kind(actor()))


@bp.get("/add")
@admins
def add() -> Response:
    """Ask for a new kind."""
    service.every_kind(actor())
    return _form(None)


@bp.post("/add")
@admins
def add_submit() -> Response:
    """Keep a new kind."""
    return _save(None)


@bp.get("/<uuid:uid>")
@admins
def change(uid: UUID) -> Response:
    """Ask what to change."""
    return _form(service.kind(actor(), uid))


@bp.post("/<uuid:uid>")
@admins
def change_submit(uid: UUID) -> Response:
    """Change it."""
    return _save(service.kind(actor(), uid))


@bp.post("/<uuid:uid>/retire")
@admins
def retire(uid: UUID) -> Response:
    """Stop offering it."""
    service.retire(actor(), uid)
    flash(_("It can no longer be booked. What is booked stays."), "ok")
    return go("kinds.index")


@bp.post("/<uuid:uid>/revive")
@admins
def revive(uid: UUID) -> Response:
    """Offer it again."""
    service.revive(actor(), uid)
    flash(_("It can be booked again."), "ok")
    return go("kinds.index")


def _form(stored: ServiceType | None) -> Response:
    form = KindForm(formdata=None)
    form.offer(stored)
    form.fill(stored or ServiceType(name="", audience="both", formats=[], therapists=[], approval=False, cancel_words="", price="", daily_cap=None, **USUAL))
    return page("kinds/change.html", form=form, stored=stored)


def _save(stored: ServiceType | None) -> Response:
    form = KindForm()
    form.offer(stored)
    if form.validate():
        try:
            service.save(actor(), form.told(), uid=stored.uid if stored else None)
        except Invalid as error:
            form.take_errors(_in_the_form(error))
        else:
            flash(_("Saved. It holds for everything booked from now on."), "ok")
            return go("kinds.index")
    return page("kinds/change.html", status=422, form=form, stored=stored)


def _in_the_form(error: Invalid) -> Invalid:
    fields = {("own_hours" if name == "cancel_hours" else name): sentence for name, sentence in error.fields.items()}
    return Invalid(error.message, fields=fields)
