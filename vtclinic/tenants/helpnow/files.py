"""Keep each clinic's help-now page on disk, where the web server finds it without us."""

from __future__ import annotations

import tomllib
from pathlib import Path

from vtclinic.core.errors import Invalid
from vtclinic.core.i18n import PSEUDO_LOCALE, translated_locales
from vtclinic.core.scope import ClinicScope
from vtclinic.tenants.helpnow.lines import HelpLine, countries, read_line
from vtclinic.tenants.helpnow.page import PLAIN, HelpNowContext, build_help_now, build_plain_page

OWN = "help-now.toml"
FILE = "help-now.html"


def page_name(locale: str) -> str:
    """Return the file name of the page in another language than the clinic's own."""
    return f"help-now.{locale}.html"


def write_help_now(public: Path, clinic: HelpNowContext) -> Path:
    """Write the page in the clinic's language and in every translated one; each file is replaced whole."""
    public.mkdir(parents=True, exist_ok=True)
    for locale in (*translated_locales(), PSEUDO_LOCALE):
        _replace(public / page_name(locale), build_help_now(_in_language(clinic, locale)))
    _replace(public / FILE, build_help_now(clinic))
    return public / FILE


def refresh_help_now(clinic: ClinicScope) -> Path:
    """Write a clinic's page anew: after it was made, after its name, country, language or own lines changed."""
    return write_help_now(clinic.files / "public", help_now_context(clinic))


def write_plain_pages(folder: Path) -> list[Path]:
    """Write the pages for times without an application (`maintenance.html`, `down.html`, `unknown-host.html`)."""
    folder.mkdir(parents=True, exist_ok=True)
    for kind in PLAIN:
        _replace(folder / f"{kind}.html", build_plain_page(kind))
    return [folder / f"{kind}.html" for kind in PLAIN]


def help_now_context(clinic: ClinicScope) -> HelpNowContext:
    """Collect what a clinic's page says, with what its admin added in `help-now.toml`; raise Invalid when that cannot be read."""
    own = read_own(clinic.files / OWN)
    return HelpNowContext(
        name=clinic.name,
        country=clinic.country,
        locale=clinic.locale,
        timezone=clinic.timezone,
        leave_url=clinic.leave_url,
        open_hours=own.open_hours,
        phone=own.phone,
        own_lines=own.own_lines,
    )


def read_own(file: Path) -> HelpNowContext:
    """Read a clinic's own lines and hours; a missing file means none. Shipped numbers cannot be taken away here."""
    empty = HelpNowContext(name="", country="")
    if not file.exists():
        return empty
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
        lines = tuple(_own_line(row) for row in data.get("lines", ()))
    except (tomllib.TOMLDecodeError, ValueError, TypeError) as error:
        raise Invalid(f"{file.name} cannot be read: {error}", hint="Correct the file; the page on disk stays as it was.") from error
    return HelpNowContext(name="", country="", open_hours=data.get("open_hours", ""), phone=data.get("phone", ""), own_lines=lines)


def _own_line(row: dict[str, object]) -> HelpLine:
    line = read_line(row)
    shipped = {number for country in countries().values() for number in country.emergency}
    if line.tel in shipped:
        raise ValueError(f"{line.number} is an emergency number and is shown already.")
    return line


def _in_language(clinic: HelpNowContext, locale: str) -> HelpNowContext:
    return HelpNowContext(**{**vars(clinic), "locale": locale})


def _replace(file: Path, content: bytes) -> None:
    # A reader in danger must never meet half a page.
    fresh = file.with_suffix(".new")
    fresh.write_bytes(content)
    fresh.chmod(0o644)
    fresh.replace(file)
