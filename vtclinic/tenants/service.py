"""Use cases on clinics as such: make, list, suspend, resume, change."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

import babel
from sqlalchemy import select

from vtclinic.core import clock
from vtclinic.core.audit import record_instance
from vtclinic.core.errors import Conflict, Invalid, NotFound
from vtclinic.core.ids import new_id
from vtclinic.core.policy import Actor
from vtclinic.core.uow import control_session, control_unit_of_work, engines
from vtclinic.core.zones import zone_names
from vtclinic.tenants.database import create_database, drop_database
from vtclinic.tenants.helpnow import LEAVE_URL, countries, refresh_help_now
from vtclinic.tenants.instance import Instance, clinic_url, stored_url
from vtclinic.tenants.keys import make_keys
from vtclinic.tenants.look import theme_folders
from vtclinic.tenants.migrate import upgrade
from vtclinic.tenants.models import Clinic, ClinicHost, ClinicState, Registration
from vtclinic.tenants.resolve import as_scope, hosts_taken, normal_host, touch_directory
from vtclinic.tenants.themes import available_themes

SLUG = re.compile(r"[a-z][a-z0-9-]{1,38}[a-z0-9]")
HOST = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*")
RESERVED = {"control", "console", "www", "static", "admin"}
LONGEST_NAME, LONGEST_ADDRESS = 80, 300
_NAME_WRONG = "Give the clinic a name of 1 to 80 characters."
_LEAVE_WRONG = "Give the https address of a neutral page, for example a weather page."
_ADDRESS = re.compile(r"https://[A-Za-z0-9.-]+(:\d+)?(/[^\s<>\"']*)?")


@dataclass(frozen=True)
class NewClinic:
    """What has to be known to make a clinic."""

    slug: str
    name: str
    hosts: tuple[str, ...]
    country: str
    timezone: str
    locale: str = "en"
    theme: str = "calm"
    registration: str = Registration.OPEN
    leave_url: str = LEAVE_URL


def create_clinic(instance: Instance, actor: Actor, wanted: NewClinic) -> UUID:
    """Make a clinic: directory row and keys, folder, database, help-now page; then, last, let it serve.

    Killed half-way it stays in MAKING, serves nobody, and the next call with the same slug starts over.
    Raises Invalid (fields) or Conflict in plain words.
    """
    wanted = _checked(instance, wanted)
    discard_half_made(instance, wanted.slug)
    with control_unit_of_work() as control:
        if control.scalar(select(Clinic.uid).where(Clinic.slug == wanted.slug)):
            raise Conflict(f"A clinic called {wanted.slug} exists already.", hint="Choose another short name.")
        if taken := hosts_taken(control, wanted.hosts):
            raise Conflict(f"The address {taken[0]} belongs to another clinic already.", hint="Choose another hostname.")
        clinic = _row(instance, wanted)
        control.add(clinic)
    address = clinic_url(instance.settings, clinic)
    create_database(address)
    upgrade(address, "clinic")
    refresh_help_now(as_scope(instance, clinic))
    with control_unit_of_work() as control:
        made = control.get_one(Clinic, clinic.uid)
        made.state = ClinicState.ACTIVE
        touch_directory(control)
        record_instance(actor, "clinic.created", "clinic", made.slug, key=instance.audit_key)
    return clinic.uid


def discard_half_made(instance: Instance, slug: str) -> None:
    """Remove what an interrupted `create_clinic` left under this slug."""
    with control_unit_of_work() as control:
        clinic = control.scalar(select(Clinic).where(Clinic.slug == slug, Clinic.state == ClinicState.MAKING))
        if clinic is None:
            return
        address = clinic_url(instance.settings, clinic)
        engines().forget(address)
        drop_database(address)
        shutil.rmtree(instance.settings.clinics / slug, ignore_errors=True)
        control.delete(clinic)


def list_clinics() -> list[Clinic]:
    """Return every clinic, by slug; needs an open control unit of work."""
    return list(control_session().scalars(select(Clinic).order_by(Clinic.slug)))


def find_clinic(slug: str) -> Clinic:
    """Return one clinic's directory row; raise NotFound."""
    clinic = control_session().scalar(select(Clinic).where(Clinic.slug == slug, Clinic.state != ClinicState.MAKING))
    if clinic is None:
        raise NotFound(f"There is no clinic called {slug}.", hint="List them with: vtclinic tenant list")
    return clinic


def suspend_clinic(instance: Instance, actor: Actor, slug: str) -> None:
    """Stop serving a clinic's people; they see a calm page with help."""
    clinic = find_clinic(slug)
    clinic.suspend()
    _changed(instance, actor, "clinic.suspended", clinic)


def resume_clinic(instance: Instance, actor: Actor, slug: str) -> None:
    """Serve a suspended clinic again."""
    clinic = find_clinic(slug)
    clinic.resume()
    _changed(instance, actor, "clinic.resumed", clinic)


def change_registration(instance: Instance, actor: Actor, slug: str, registration: str) -> None:
    """Choose who may open a patient's account: open, invitation or closed."""
    if registration not in set(Registration):
        raise Invalid("Registration can be open, invitation or closed.", fields={"registration": "Choose one of the three."})
    clinic = find_clinic(slug)
    clinic.registration = registration
    _changed(instance, actor, "clinic.registration-changed", clinic)


def change_theme(instance: Instance, actor: Actor, slug: str, theme: str) -> None:
    """Give a clinic another theme."""
    if theme not in available_themes(theme_folders(instance.settings)):
        raise Invalid(f"There is no theme called {theme}.", fields={"theme": "Choose a theme from the list."})
    clinic = find_clinic(slug)
    clinic.theme = theme
    _changed(instance, actor, "clinic.theme-changed", clinic)


def change_name(instance: Instance, actor: Actor, slug: str, name: str) -> None:
    """Give a clinic another name for people to read."""
    if not name.strip() or len(name) > LONGEST_NAME:
        raise Invalid(_NAME_WRONG, fields={"name": _NAME_WRONG})
    clinic = find_clinic(slug)
    clinic.name = name.strip()
    _changed(instance, actor, "clinic.name-changed", clinic)


def change_leave_url(instance: Instance, actor: Actor, slug: str, leave_url: str) -> None:
    """Choose the neutral page that “Leave quickly” opens."""
    if not is_neutral_address(leave_url):
        raise Invalid(_LEAVE_WRONG, fields={"leave_url": _LEAVE_WRONG})
    clinic = find_clinic(slug)
    clinic.leave_url = leave_url
    _changed(instance, actor, "clinic.leave-address-changed", clinic)


def change_hosts(instance: Instance, actor: Actor, slug: str, hosts: Iterable[str]) -> None:
    """Give a clinic these hostnames, the one that links use first; raise Invalid or Conflict in plain words."""
    names = list(dict.fromkeys(normal_host(host) for host in hosts if host.strip()))
    if wrong := _host_problem(instance, names):
        raise Invalid(wrong, fields={"hosts": wrong})
    clinic = find_clinic(slug)
    known = {row.host: row for row in clinic.hosts}
    if taken := [host for host in hosts_taken(control_session(), names) if host not in known]:
        raise Conflict(f"The address {taken[0]} belongs to another clinic already.", hint="Choose another hostname.")
    clinic.hosts = [known.get(host) or ClinicHost(host=host) for host in names]
    for place, row in enumerate(clinic.hosts):
        row.position = place
    _changed(instance, actor, "clinic.hosts-changed", clinic)


def touch_clinic(instance: Instance, actor: Actor, slug: str, action: str) -> None:
    """Let every process look at a clinic anew after one of its files changed."""
    _changed(instance, actor, action, find_clinic(slug))


def is_neutral_address(text: str) -> bool:
    """Tell whether this is the https address of a page."""
    return bool(_ADDRESS.fullmatch(text)) and len(text) <= LONGEST_ADDRESS


def _changed(instance: Instance, actor: Actor, action: str, clinic: Clinic) -> None:
    touch_directory(control_session())
    record_instance(actor, action, "clinic", clinic.slug, key=instance.audit_key)


def _row(instance: Instance, wanted: NewClinic) -> Clinic:
    uid = new_id()
    return Clinic(
        uid=uid,
        slug=wanted.slug,
        name=wanted.name,
        country=wanted.country,
        timezone=wanted.timezone,
        locale=wanted.locale,
        theme=wanted.theme,
        registration=wanted.registration,
        leave_url=wanted.leave_url,
        state=ClinicState.MAKING,
        database_url=stored_url(instance.settings, wanted.slug),
        created_at=clock.now(),
        hosts=[ClinicHost(host=host, position=place) for place, host in enumerate(wanted.hosts)],
        keys=[make_keys(instance.master, uid)],
    )


def new_clinic_problems(instance: Instance, wanted: NewClinic) -> dict[str, str]:
    """Say what is wrong with a clinic that is about to be made, by field; nothing when it can be made."""
    wrong: dict[str, str] = {}
    if not SLUG.fullmatch(wanted.slug) or wanted.slug in RESERVED:
        wrong["slug"] = "Use 3 to 40 small letters, digits and hyphens, starting with a letter. Some words are reserved."
    if not wanted.name.strip() or len(wanted.name) > LONGEST_NAME:
        wrong["name"] = _NAME_WRONG
    if host := _host_problem(instance, [normal_host(host) for host in wanted.hosts]):
        wrong["host"] = host
    if wanted.country.upper() not in countries():
        wrong["country"] = f"We have no help lines for {wanted.country.upper()!r}. Use a two-letter code such as IE, and see vtclinic/tenants/helpnow/lines.toml."
    if wanted.timezone not in zone_names():
        wrong["timezone"] = "Give a time zone such as Europe/Dublin."
    if not _known_locale(wanted.locale):
        wrong["locale"] = "Give a language such as en or en_IE."
    if wanted.theme not in available_themes(theme_folders(instance.settings)):
        wrong["theme"] = "There is no such theme. List them with: vtclinic theme list"
    if not is_neutral_address(wanted.leave_url):
        wrong["leave_url"] = _LEAVE_WRONG
    return wrong


def _host_problem(instance: Instance, hosts: list[str]) -> str:
    if not hosts or not all(HOST.fullmatch(host) for host in hosts):
        return "Give a hostname such as harbour.example.org."
    if normal_host(instance.settings.console_host) in hosts:
        return "This hostname is the IT console's. Choose another."
    return ""


def _checked(instance: Instance, wanted: NewClinic) -> NewClinic:
    if wrong := new_clinic_problems(instance, wanted):
        raise Invalid("The clinic was not made. " + " ".join(f"{key}: {text}" for key, text in wrong.items()), fields=wrong)
    hosts = tuple(dict.fromkeys(normal_host(host) for host in wanted.hosts))
    return NewClinic(**{**wanted.__dict__, "hosts": hosts, "country": wanted.country.upper(), "name": wanted.name.strip()})


def _known_locale(name: str) -> bool:
    if name == "ar_XB":
        return True
    try:
        babel.Locale.parse(name)
    except (ValueError, babel.UnknownLocaleError):
        return False
    return True
