"""The clinic's weights and its therapists' limits."""

from __future__ import annotations

from uuid import UUID

from flask import Response, flash, request

from vtclinic.core.access import roles
from vtclinic.core.errors import Conflict, Invalid
from vtclinic.core.i18n import gettext as _
from vtclinic.core.policy import CLINIC_ADMIN
from vtclinic.core.web import actor, go, page
from vtclinic.features.matching import limits, weighing
from vtclinic.features.matching.engine import Weights
from vtclinic.features.matching.forms import LimitForm, WeightsForm
from vtclinic.features.matching.routes.blueprint import bp
from vtclinic.features.matching.words import kinds
from vtclinic.identity.service import users

admins = roles(CLINIC_ADMIN)


@bp.get("/matching/weights")
@admins
def weights() -> Response:
    """Show what counts how much."""
    now = weighing.in_force(actor())
    form = WeightsForm(formdata=None, seen=now.version)
    form.fill(now.weights)
    return _weights_page(form)


@bp.post("/matching/weights")
@admins
def change_weights() -> Response:
    """Show what the chosen weights would change, or store them."""
    form = WeightsForm()
    if not form.validate_on_submit():
        return _weights_page(form, status=422)
    try:
        if request.form.get("act") == "try":
            return _weights_page(form, preview=weighing.preview(actor(), form.weights))
        weighing.change(actor(), form.weights, seen=int(form.seen.data))
    except Invalid as error:
        form.take_errors(error)
        return _weights_page(form, status=422)
    except Conflict as error:
        form.form_errors.append(error.message)
        form.seen.data = weighing.in_force(actor()).version
        return _weights_page(form, status=409)
    flash(_("Saved. New matches use these weights. Choices that people see already stay."), "ok")
    return go("matching.weights")


@bp.post("/matching/weights/reset")
@admins
def reset_weights() -> Response:
    """Go back to the defaults, as a new version."""
    try:
        weighing.change(actor(), Weights(), seen=request.form.get("seen", 0, type=int))
        flash(_("The weights are as at the start again."), "ok")
    except Conflict as error:
        flash(error.message, "note")
    return go("matching.weights")


@bp.get("/matching/limits")
@admins
def loads() -> Response:
    """Show how full everybody is."""
    return page("matching/limits.html", loads=limits.loads(actor()))


@bp.get("/matching/limits/<uuid:uid>")
@admins
def limit(uid: UUID) -> Response:
    """Show one therapist's limits."""
    person, row = limits.limit_of(actor(), uid)
    form = LimitForm(formdata=None, new_per_week=row.new_per_week if row else None, paused=bool(row and row.paused), seen=limits.stamp(row))
    return page("matching/limit.html", form=form, therapist=person)


@bp.post("/matching/limits/<uuid:uid>")
@admins
def change_limit(uid: UUID) -> Response:
    """Store one therapist's limits."""
    form, status = LimitForm(), 422
    if form.validate_on_submit():
        try:
            limits.change(actor(), uid, new_per_week=form.new_per_week.data, paused=form.paused.data, seen=form.seen.data or "")
            flash(_("Saved. It counts from now on."), "ok")
            return go("matching.loads")
        except Invalid as error:
            form.take_errors(error)
        except Conflict as error:
            form.form_errors.append(error.message)
            form.seen.data, status = limits.stamp(limits.limit_of(actor(), uid)[1]), 409
    return page("matching/limit.html", status=status, form=form, therapist=limits.limit_of(actor(), uid)[0])


def _weights_page(form: WeightsForm, *, status: int = 200, preview: weighing.Preview | None = None) -> Response:
    earlier = weighing.history(actor())
    names = users(row.made_by for row in earlier if row.made_by)
    return page("matching/weights.html", status=status, form=form, parts=weighing.PARTS, preview=preview, earlier=earlier, names=names, kinds=kinds)
