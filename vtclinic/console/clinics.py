"""What IT administrators see of clinics and do to them: from outside, never into them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from vtclinic.console.policy import runs_instance
from vtclinic.core.audit import ChainReport, InstanceAuditEntry, verify
from vtclinic.core.errors import Conflict
from vtclinic.core.policy import Actor, authorize
from vtclinic.core.uow import control_session
from vtclinic.tenants import service as tenants
from vtclinic.tenants.headcount import Outside, look_from_outside
from vtclinic.tenants.instance import Instance
from vtclinic.tenants.look import SHIPPED, theme_folders
from vtclinic.tenants.models import Clinic, ClinicState
from vtclinic.tenants.themes import Theme, ThemeRefused, available_themes, check_overrides, check_theme, load_theme

PAGE = 25
Change = Callable[[Instance, Actor, str], None]
TEMPLATES = SHIPPED.parent / "vtclinic" / "templates"


@dataclass(frozen=True)
class ClinicsPage:
    """Some clinics, with what is known of each from outside."""

    rows: list[tuple[Clinic, Outside]]
    here: int
    pages: int


@dataclass(frozen=True)
class ThemeState:
    """One theme a clinic can start from; `problems` holds one sentence for each reason it cannot be used."""

    slug: str
    theme: Theme | None
    problems: tuple[str, ...]
    used_by: tuple[str, ...]


@dataclass(frozen=True)
class Acts:
    """A page of the instance's chain of acts, newest first, and whether the whole chain is sound."""

    rows: list[InstanceAuditEntry]
    chain: ChainReport
    here: int
    pages: int


def clinics_page(instance: Instance, actor: Actor, *, here: int = 1) -> ClinicsPage:
    """Return one page of the clinics, by name; half-made ones too, so that somebody sees them."""
    authorize(actor, runs_instance)
    pages = _pages(control_session().scalar(select(func.count()).select_from(Clinic)) or 0)
    here = min(max(here, 1), pages)
    wanted = select(Clinic).options(selectinload(Clinic.hosts)).order_by(func.lower(Clinic.name), Clinic.slug).limit(PAGE).offset((here - 1) * PAGE)
    found = control_session().scalars(wanted).all()
    seen = look_from_outside(instance.settings, found)
    return ClinicsPage([(clinic, seen[clinic.slug]) for clinic in found], here, pages)


def one_clinic(instance: Instance, actor: Actor, slug: str) -> tuple[Clinic, Outside]:
    """Return one clinic; raise NotFound."""
    authorize(actor, runs_instance)
    clinic = tenants.find_clinic(slug)
    return clinic, look_from_outside(instance.settings, [clinic])[slug]


def change(instance: Instance, actor: Actor, slug: str, how: Change) -> None:
    """Make one change to a clinic's place in the directory."""
    authorize(actor, runs_instance)
    how(instance, actor, slug)


def change_theme(instance: Instance, actor: Actor, slug: str, theme: str) -> None:
    """Give a clinic another theme; one that edited its own look keeps it until it starts over."""
    authorize(actor, runs_instance)
    if (instance.settings.clinics / slug / "theme.toml").exists():
        raise Conflict("This clinic made a look of its own. Its administrator chooses another start under Look and words.")
    tenants.change_theme(instance, actor, slug, theme)


def add_clinic(instance: Instance, actor: Actor, wanted: tenants.NewClinic) -> None:
    """Make a clinic; opens its own units of work."""
    authorize(actor, runs_instance)
    tenants.create_clinic(instance, actor, wanted)


def taken(field: str, value: str) -> bool:
    """Tell whether another clinic has this short name or hostname already."""
    if field == "slug":
        return control_session().scalar(select(Clinic.uid).where(Clinic.slug == value, Clinic.state != ClinicState.MAKING)) is not None
    return field == "host" and bool(tenants.hosts_taken(control_session(), [tenants.normal_host(value)]))


def theme_choices(instance: Instance) -> list[tuple[str, str]]:
    """Return the themes that can be used, for choosing one."""
    found = []
    for slug, folder in sorted(available_themes(theme_folders(instance.settings)).items()):
        try:
            found.append((slug, load_theme(folder).name))
        except ThemeRefused:
            continue
    return found


def list_themes(instance: Instance, actor: Actor) -> list[ThemeState]:
    """Return every theme with what the gate says about it."""
    authorize(actor, runs_instance)
    users: dict[str, list[str]] = {}
    for name, chosen in control_session().execute(select(Clinic.name, Clinic.theme).order_by(Clinic.name)):
        users.setdefault(chosen, []).append(name)
    found = sorted(available_themes(theme_folders(instance.settings)).items())
    return [_theme_state(slug, folder, tuple(users.get(slug, ()))) for slug, folder in found]


def _theme_state(slug: str, folder: Path, used_by: tuple[str, ...]) -> ThemeState:
    try:
        theme = load_theme(folder)
    except ThemeRefused as error:
        return ThemeState(slug, None, error.problems, used_by)
    problems = [failure.sentence() for failure in check_theme(theme)] + check_overrides(folder, TEMPLATES)
    return ThemeState(slug, theme, tuple(problems), used_by)


def acts(instance: Instance, actor: Actor, *, here: int = 1) -> Acts:
    """Return one page of what was done to this instance, and check the whole chain."""
    authorize(actor, runs_instance)
    chain = verify(control_session(), instance.audit_key, instance=True)
    pages = _pages(chain.rows)
    here = min(max(here, 1), pages)
    wanted = select(InstanceAuditEntry).order_by(InstanceAuditEntry.seq.desc()).limit(PAGE).offset((here - 1) * PAGE)
    return Acts(list(control_session().scalars(wanted)), chain, here, pages)


def _pages(rows: int) -> int:
    return max(1, -(-rows // PAGE))
