"""Make the page that opens when everything else is down.

One file, no script, no cookie, nothing from elsewhere: the web server sends it while application and database are stopped.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel import Locale
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from vtclinic.core.i18n import PSEUDO_LOCALE, current_locale, direction, fmt, gettext, install, language_tag, locale_scope
from vtclinic.core.i18n import lazy as _
from vtclinic.tenants.helpnow.lines import Country, HelpLine, countries, dialled, fallback_url

HERE = Path(__file__).parent
LEAVE_URL = "https://www.bbc.com/weather"
BIG = 3  # help lines shown large; more would push the safety plan off a phone's first screens


@dataclass(frozen=True)
class HelpNowContext:
    """What one clinic says on its page. Empty words leave their part out."""

    name: str
    country: str
    locale: str = "en"
    timezone: str = "UTC"
    leave_url: str = LEAVE_URL
    home_url: str = "/"
    safety_plan_url: str = ""
    open_hours: str = ""
    phone: str = ""
    own_lines: tuple[HelpLine, ...] = ()


@lru_cache(maxsize=1)
def _style() -> str:
    lines = (HERE / "style.css").read_text(encoding="utf-8").splitlines()
    return "".join(line.strip() for line in lines if not line.startswith("/*"))


def help_now_csp_hash() -> str:
    """Return the `style-src` source that allows the page's own style and no other."""
    digest = hashlib.sha256(_style().encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


@lru_cache(maxsize=1)
def _environment() -> Environment:
    loader = FileSystemLoader(HERE / "templates")
    environment = Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined)
    install(environment)
    environment.globals |= {"fmt": fmt, "dialled": dialled}
    return environment


def build_help_now(clinic: HelpNowContext) -> bytes:
    """Return the finished page in the clinic's language, its own country first."""
    with locale_scope(clinic.locale, clinic.timezone):
        page = _environment().get_template("help-now.html")
        return page.render(**_values(clinic)).encode()


# Pages the web server shows without the application, by file name: what happened, what is safe.
PLAIN = {
    "maintenance": (_("We are making changes"), _("Everything you saved is safe. Try again in a few minutes.")),
    "down": (_("We can’t open this page right now"), _("It is our fault, not yours. What you saved is still there. Try again in a few minutes.")),
    "unknown-host": (_("There is no clinic at this address"), _("Check the address your clinic gave you. One letter can make a difference.")),
}


def build_plain_page(kind: str, *, locale: str = "en", leave_url: str = LEAVE_URL, help_url: str = "/help-now") -> bytes:
    """Return one of the PLAIN pages; its style has the hash of the help-now page."""
    what, safe = PLAIN[kind]
    with locale_scope(locale, "UTC"):
        page = _environment().get_template("plain.html")
        values = {"style": _style(), "lang": language_tag(), "dir": direction(), "fallback": fallback_url()}
        return page.render(what=str(what), safe=str(safe), leave_url=leave_url, help_url=help_url, **values).encode()


def _values(clinic: HelpNowContext) -> dict[str, Any]:
    home = countries().get(clinic.country)
    others = [country for country in countries().values() if country is not home]
    return {
        "clinic": clinic,
        "style": _style(),
        "lang": language_tag(),
        "dir": direction(),
        "here": home,
        "lines": _big_lines(clinic, home),
        "others": sorted(others, key=lambda country: fmt.country(country.code)),
        "checked_on": _checked_on(clinic, home),
        "fallback": fallback_url(),
        "about": _about,
    }


def _big_lines(clinic: HelpNowContext, home: Country | None) -> list[HelpLine]:
    shipped = list(home.lines) if home else []
    return [*shipped[:BIG], *clinic.own_lines, *shipped[BIG:]]


def _checked_on(clinic: HelpNowContext, home: Country | None) -> date | None:
    """Return the oldest check among the lines shown large: the page never looks fresher than its stalest number."""
    days = [line.verified_on for line in _big_lines(clinic, home) if line.verified_on]
    return min(days, default=None)


def _about(line: HelpLine, country: Country | None) -> str:
    """Say who answers, when and for whom."""
    said = [gettext("%(name)s.", name=line.name)] if line.name != line.number else []
    if line.audience == "young":
        said.append(gettext("For young people."))
    if line.hours == "24/7":
        said.append(gettext("Day and night."))
    elif line.hours:
        start, end = line.hours.split("-")
        said.append(gettext("From %(start)s to %(end)s.", start=start, end=end))
    languages = {language for other in country.lines for language in other.languages} if country else set()
    if line.languages and languages - set(line.languages):
        said.append(gettext("In %(language)s.", language=", ".join(_language(code) for code in line.languages)))
    return " ".join(said)


def _language(code: str) -> str:
    reader = current_locale()
    return Locale.parse(code).get_display_name("en" if reader == PSEUDO_LOCALE else reader) or code
