"""Pages about closed days: for clinic administrators, and for therapists who work on some of them."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, Response, flash
from wtforms import BooleanField, DateField, SelectField, StringField
from wtforms.validators import InputRequired

from vtclinic.core.access import roles
from vtclinic.core.errors import Invalid, NotFound
from vtclinic.core.forms import ClinicForm, listed
from vtclinic.core.i18n import gettext as _
from vtclinic.core.i18n import lazy as _l
from vtclinic.core.policy import CLINIC_ADMIN, THERAPIST
from vtclinic.core.web import actor, go, page
from vtclinic.features.scheduling import screens
from vtclinic.features.scheduling.closing import service
from vtclinic.features.scheduling.forms import PressForm

bp = Blueprint("closing", __name__, template_folder="../templates")


class RulesForm(ClinicForm):
    """How public holidays are treated."""

    public = BooleanField(_l("Public holidays close the clinic"), description=_l("No times are open on them. You can open single days below."))
    region = SelectField(_l("Region"), description=_l("Some regions have holidays of their own."))


class DayForm(ClinicForm):
    """A closing day of the clinic's own."""

    day = DateField(_l("Day"), validators=[InputRequired()])
    name = StringField(_l("Why"), description=_l("Staff read it, such as: Team day."))


@bp.get("/closed-days")
@roles(CLINIC_ADMIN)
def index() -> Response:
    """Show the coming year's closed days."""
    return _show()


@bp.post("/closed-days/rules")
@roles(CLINIC_ADMIN)
def rules() -> Response:
    """Keep how public holidays are treated."""
    form = _rules(RulesForm())
    if not form.validate():
        return _show(rules_form=form, status=422)
    service.save_rules(actor(), public=bool(form.public.data), region=form.region.data or "")
    flash(_("Saved. It holds for times that are booked from now on."), "ok")
    return go("closing.index")


@bp.post("/closed-days/add")
@roles(CLINIC_ADMIN)
def add() -> Response:
    """Add a day."""
    form = DayForm()
    if form.validate():
        try:
            service.add_day(actor(), form.day.data, form.name.data or "")
        except Invalid as error:
            form.take_errors(error)
        else:
            flash(_("The day is closed. What is booked on it stays until somebody calls it off."), "ok")
            return go("closing.index")
    return _show(day_form=form, status=422)


@bp.post("/closed-days/<day>/<any(close,open):act>")
@roles(CLINIC_ADMIN)
def change(day: str, act: str) -> Response:
    """Close a day of the list, or open it."""
    if PressForm().validate():
        service.set_closed(actor(), _day(day), closed=act == "close")
    return go("closing.index")


@bp.get("/calendar/closed-days")
@roles(THERAPIST)
def mine() -> Response:
    """Show a therapist the closed days, and on which they work."""
    return page("closing/mine.html", days=service.own_days(actor()))


@bp.post("/calendar/closed-days/<day>/<any(work,rest):act>")
@roles(THERAPIST)
def work(day: str, act: str) -> Response:
    """Work on a closed day, or no more."""
    if PressForm().validate():
        service.work_on(actor(), _day(day), works=act == "work")
    return go("closing.mine")


def _show(*, rules_form: RulesForm | None = None, day_form: DayForm | None = None, status: int = 200) -> Response:
    view = service.closing_page(actor())
    shown = rules_form or _rules(RulesForm(formdata=None, data={"public": view.closures.public, "region": view.closures.region}))
    return page("closing/index.html", status=status, view=view, rules=shown, form=day_form or DayForm(formdata=None))


def _rules(form: RulesForm) -> RulesForm:
    regions = service.closing_page(actor()).regions
    form.region.choices = listed([("", _("The whole country")), *((code, code) for code in regions)])
    return form


def _day(text: str) -> date:
    found = screens.read_day(text)
    if found is None:
        raise NotFound()
    return found
