"""Adding a clinic, one decision a page. The answers so far are kept in the console's signed cookie until the clinic is made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Response
from flask import session as cookie
from wtforms.fields.choices import SelectChoice

from vtclinic.console import clinics as service
from vtclinic.console import forms
from vtclinic.console.policy import IT_ADMIN
from vtclinic.console.routes.blueprint import bp
from vtclinic.console.visits import instance
from vtclinic.core.access import console, fresh, own_unit, roles
from vtclinic.core.errors import Conflict, Invalid, NotFound
from vtclinic.core.forms import ClinicForm
from vtclinic.core.i18n import fmt, locale_name, translated_locales
from vtclinic.core.i18n import gettext as _
from vtclinic.core.i18n import lazy as _l
from vtclinic.core.web import actor, go, page
from vtclinic.core.zones import zone_names
from vtclinic.tenants.helpnow import countries
from vtclinic.tenants.resolve import base_url
from vtclinic.tenants.service import NewClinic, find_clinic, new_clinic_problems

DRAFT = "new-clinic"


@dataclass(frozen=True)
class Step:
    """One page of the wizard: one field, its choices if there are any, and what stands there before somebody chooses."""

    name: str
    label: Any
    form: type[ClinicForm]
    choices: Callable[[], list[tuple[str, str]]] | None = None
    usual: str = ""


def _countries() -> list[tuple[str, str]]:
    return sorted(((code, fmt.country(code)) for code in countries()), key=lambda pair: pair[1])


def _zones() -> list[tuple[str, str]]:
    return [(name, name.replace("_", " ")) for name in sorted(zone_names())]


def _locales() -> list[tuple[str, str]]:
    return [(name, locale_name(name)) for name in translated_locales()]


STEPS = (
    Step("name", _l("Name"), forms.NameStep),
    Step("slug", _l("Short name"), forms.SlugStep),
    Step("host", _l("Hostname"), forms.HostStep),
    Step("country", _l("Country"), forms.CountryStep, _countries, "IE"),
    Step("timezone", _l("Clock"), forms.ZoneStep, _zones, "Europe/Dublin"),
    Step("locale", _l("Language"), forms.LocaleStep, _locales, "en"),
    Step("theme", _l("Look"), forms.ThemeStep, lambda: service.theme_choices(instance()), "calm"),
    Step("registration", _l("Accounts"), forms.RegistrationStep, None, "invitation"),
)
BY_NAME = {step.name: step for step in STEPS}


@bp.get("/clinics/add")
@console
@roles(IT_ADMIN)
def add_clinic() -> Response:
    """Begin, or go on where the answers end."""
    waiting = next((step for step in STEPS if step.name not in _draft()), None)
    return go("console.add_step", name=waiting.name) if waiting else go("console.add_check")


@bp.get("/clinics/add/<name>")
@console
@roles(IT_ADMIN)
def add_step(name: str) -> Response:
    """Ask for one thing."""
    step = _step(name)
    return _step_page(step, _choose(step, step.form(formdata=None, **{step.name: _draft().get(name) or _guess(step)})))


@bp.post("/clinics/add/<name>")
@console
@roles(IT_ADMIN)
def add_step_submit(name: str) -> Response:
    """Keep one answer and go on."""
    step = _step(name)
    form = _choose(step, step.form())
    if form.validate_on_submit():
        value = str(form[step.name].data)
        value = value.lower() if name in ("slug", "host") else value
        problem = _problem(step, value)
        if not problem:
            cookie[DRAFT] = _draft() | {name: value}
            return go("console.add_clinic")
        form[step.name].errors = [problem]
    return _step_page(step, form, status=422)


@bp.get("/clinics/add/check")
@console
@roles(IT_ADMIN)
@fresh
def add_check() -> Response:
    """Show every answer once more."""
    if any(step.name not in _draft() for step in STEPS):
        return go("console.add_clinic")
    return _check_page()


@bp.post("/clinics/add/check")
@console
@roles(IT_ADMIN)
@fresh
@own_unit
def add_make() -> Response:
    """Make the clinic."""
    try:
        wanted = _wanted(_draft())
        service.add_clinic(instance(), actor(), wanted)
    except (Invalid, Conflict) as error:
        return _check_page(problem=f"{error.message} {error.hint}".strip(), status=error.status)
    cookie.pop(DRAFT, None)
    return go("console.added", slug=wanted.slug)


@bp.post("/clinics/add/stop")
@console
@roles(IT_ADMIN)
def add_stop() -> Response:
    """Forget the answers."""
    cookie.pop(DRAFT, None)
    return go("console.clinics")


@bp.get("/clinics/<slug>/added")
@console
@roles(IT_ADMIN)
def added(slug: str) -> Response:
    """Say that the clinic is there, and what happens next."""
    found = find_clinic(slug)
    return page("console/added.html", found=found, address=base_url(instance().settings, found.hosts[0].host))


def _draft() -> dict[str, str]:
    found = cookie.get(DRAFT)
    return dict(found) if isinstance(found, dict) else {}


def _step(name: str) -> Step:
    if name not in BY_NAME:
        raise NotFound()
    return BY_NAME[name]


def _choose(step: Step, form: ClinicForm) -> ClinicForm:
    if step.choices is not None:
        form[step.name].choices = [SelectChoice(value, label) for value, label in step.choices()]
    return form


def _guess(step: Step) -> str:
    if step.name == "slug":
        letters = "".join(ch if ch.isascii() and ch.isalnum() else "-" for ch in _draft().get("name", "").lower())
        return "-".join(part for part in letters.split("-") if part)[:40]
    return step.usual


def _wanted(draft: dict[str, str]) -> NewClinic:
    rest = {key: value for key, value in draft.items() if key not in ("host",)}
    return NewClinic(hosts=(draft["host"],), **rest)


def _problem(step: Step, value: str) -> str:
    """Check one answer; the other fields are filled with ones that pass."""
    whole = {"name": "Name", "slug": "name", "host": "name.example.org", "country": "IE", "timezone": "UTC", "locale": "en", "theme": "calm"}
    found = new_clinic_problems(instance(), _wanted(whole | {step.name: value})).get(step.name, "")
    if not found and service.taken(step.name, value):
        return _("Another clinic has this already. Choose another.")
    return found


def _step_page(step: Step, form: ClinicForm, *, status: int = 200) -> Response:
    return page("console/add_step.html", status=status, step=step, form=form, field=form[step.name], steps=_bar(step.name), here=STEPS.index(step) + 1, of=len(STEPS))


def _check_page(*, problem: str = "", status: int = 200) -> Response:
    return page("console/add_check.html", status=status, problem=problem, draft=_draft(), steps=STEPS, words=_words(), bar=_bar("check"))


def _words() -> dict[str, str]:
    """Return each answer in words."""
    found = {}
    for step in STEPS:
        options = dict(step.choices()) if step.choices else dict(forms.REGISTRATION) if step.name == "registration" else {}
        value = _draft().get(step.name, "")
        found[step.name] = str(options.get(value, value))
    return found


def _bar(here: str) -> list[tuple[str, str, str]]:
    draft = _draft()
    rows = [(str(step.label), "here" if step.name == here else "done" if step.name in draft else "todo", step.name if step.name in draft else "") for step in STEPS]
    return [*rows, (_("Check"), "here" if here == "check" else "todo", "")]
