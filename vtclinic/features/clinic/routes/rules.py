"""The page of the clinic's rules."""

from __future__ import annotations

from uuid import UUID

from flask import Response, flash
from wtforms.fields.choices import SelectChoice

from vtclinic.core.access import roles
from vtclinic.core.errors import Conflict, Invalid
from vtclinic.core.i18n import gettext as _
from vtclinic.core.policy import CLINIC_ADMIN
from vtclinic.core.web import actor, go, page
from vtclinic.features.clinic import help_lines
from vtclinic.features.clinic import rules as service
from vtclinic.features.clinic.forms import RulesForm
from vtclinic.features.clinic.routes.blueprint import bp, instance


@bp.get("/clinic", endpoint="rules")
@roles(CLINIC_ADMIN)
def show_rules() -> Response:
    """Show the clinic's rules."""
    found, told = service.rules(instance(), actor()), help_lines.help_page(actor())
    form = RulesForm(
        formdata=None,
        seen=told.seen,
        registration=found.registration,
        leave_url=found.leave_url,
        open_hours=told.open_hours,
        phone=told.phone,
        on_duty=[str(uid) for uid in found.on_duty],
    )
    return page("clinic/rules.html", form=_with_people(form, found))


@bp.post("/clinic")
@roles(CLINIC_ADMIN)
def rules_submit() -> Response:
    """Store the clinic's rules."""
    found, status = service.rules(instance(), actor()), 422
    form = _with_people(RulesForm(), found)
    if form.validate_on_submit():
        try:
            help_lines.save_hours(actor(), open_hours=form.open_hours.data or "", phone=form.phone.data or "", seen=form.seen.data or "")
            service.choose_on_duty(actor(), [UUID(uid) for uid in form.on_duty.data or []])
            service.change_rules(instance(), actor(), registration=form.registration.data, leave_url=form.leave_url.data or "")
            flash(_("Saved. It counts from now on."), "ok")
            return go("clinic.rules")
        except Invalid as error:
            form.take_errors(error)
        except Conflict as error:
            form.form_errors.append(error.message)
            form.seen.data, status = help_lines.help_page(actor()).seen, 409
    return page("clinic/rules.html", status=status, form=form)


def _with_people(form: RulesForm, found: service.Rules) -> RulesForm:
    form.on_duty.choices = [SelectChoice(str(uid), name) for uid, name in found.therapists]
    return form
