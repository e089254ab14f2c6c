"""Pages about the clinics of this instance."""

from __future__ import annotations

from flask import Response, request
from wtforms.fields.choices import SelectChoice

from vtclinic.console import clinics as service
from vtclinic.console.forms import REGISTRATION, HostsForm, RegistrationForm, ThemeForm
from vtclinic.console.policy import IT_ADMIN
from vtclinic.console.routes.blueprint import bp
from vtclinic.console.visits import instance
from vtclinic.core.access import console, fresh, roles
from vtclinic.core.errors import Conflict, Invalid
from vtclinic.core.forms import ClinicForm
from vtclinic.core.web import actor, go, page
from vtclinic.tenants import service as tenants
from vtclinic.tenants.resolve import base_url

STATES = {"suspend": tenants.suspend_clinic, "resume": tenants.resume_clinic}


@bp.get("/clinics", endpoint="clinics")
@console
@roles(IT_ADMIN)
def list_clinics() -> Response:
    """Compare the clinics from outside."""
    return page("console/clinics.html", view=service.clinics_page(instance(), actor(), here=request.args.get("page", 1, type=int)))


@bp.get("/clinics/<slug>")
@console
@roles(IT_ADMIN)
def clinic(slug: str) -> Response:
    """Show one clinic from outside."""
    found, outside = service.one_clinic(instance(), actor(), slug)
    address = base_url(instance().settings, found.hosts[0].host) if found.hosts else ""
    return page("console/clinic.html", found=found, outside=outside, address=address, registration=dict(REGISTRATION))


@bp.get("/clinics/<slug>/<any(suspend, resume):act>")
@console
@roles(IT_ADMIN)
@fresh
def confirm_state(slug: str, act: str) -> Response:
    """Explain what suspending or resuming means before it happens."""
    found, outside = service.one_clinic(instance(), actor(), slug)
    return page("console/confirm_state.html", found=found, outside=outside, act=act)


@bp.post("/clinics/<slug>/<any(suspend, resume):act>")
@console
@roles(IT_ADMIN)
@fresh
def change_state(slug: str, act: str) -> Response:
    """Suspend a clinic or serve it again."""
    service.change(instance(), actor(), slug, STATES[act])
    return go("console.clinic", slug=slug)


@bp.get("/clinics/<slug>/hosts")
@console
@roles(IT_ADMIN)
@fresh
def hosts(slug: str) -> Response:
    """Ask for a clinic's hostnames."""
    found, _outside = service.one_clinic(instance(), actor(), slug)
    return page("console/hosts.html", found=found, form=HostsForm(formdata=None, hosts="\n".join(row.host for row in found.hosts)))


@bp.post("/clinics/<slug>/hosts")
@console
@roles(IT_ADMIN)
@fresh
def hosts_submit(slug: str) -> Response:
    """Store a clinic's hostnames."""
    form = HostsForm()
    names = (form.hosts.data or "").split()
    return _changed(form, slug, "console/hosts.html", lambda here, who, name: tenants.change_hosts(here, who, name, names))


@bp.get("/clinics/<slug>/theme")
@console
@roles(IT_ADMIN)
def theme(slug: str) -> Response:
    """Ask which theme a clinic starts from."""
    found, _outside = service.one_clinic(instance(), actor(), slug)
    return page("console/theme.html", found=found, form=_theme_form(ThemeForm(formdata=None, theme=found.theme)))


@bp.post("/clinics/<slug>/theme")
@console
@roles(IT_ADMIN)
def theme_submit(slug: str) -> Response:
    """Store the theme."""
    form = _theme_form(ThemeForm())
    return _changed(form, slug, "console/theme.html", lambda here, who, name: service.change_theme(here, who, name, form.theme.data))


@bp.get("/clinics/<slug>/registration")
@console
@roles(IT_ADMIN)
def registration(slug: str) -> Response:
    """Ask who may open an account."""
    found, _outside = service.one_clinic(instance(), actor(), slug)
    return page("console/registration.html", found=found, form=RegistrationForm(formdata=None, registration=found.registration))


@bp.post("/clinics/<slug>/registration")
@console
@roles(IT_ADMIN)
def registration_submit(slug: str) -> Response:
    """Store who may open an account."""
    form = RegistrationForm()
    return _changed(form, slug, "console/registration.html", lambda here, who, name: tenants.change_registration(here, who, name, form.registration.data))


def _theme_form(form: ThemeForm) -> ThemeForm:
    form.theme.choices = [SelectChoice(value, label) for value, label in service.theme_choices(instance())]
    return form


def _changed(form: ClinicForm, slug: str, template: str, how: service.Change) -> Response:
    status = 422
    if form.validate_on_submit():
        try:
            service.change(instance(), actor(), slug, how)
            return go("console.clinic", slug=slug)
        except Invalid as error:
            form.take_errors(error)
        except Conflict as error:
            form.form_errors.append(f"{error.message} {error.hint}".strip())
            status = 409
    found, _outside = service.one_clinic(instance(), actor(), slug)
    return page(template, status=status, found=found, form=form)
