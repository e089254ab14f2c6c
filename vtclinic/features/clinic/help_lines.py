"""A clinic's own numbers and hours on Get help now; the shipped numbers stay whatever happens here."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta

from vtclinic.core import clock
from vtclinic.core.audit import record
from vtclinic.core.errors import Conflict, Invalid, NotFound
from vtclinic.core.i18n import current_timezone
from vtclinic.core.i18n import gettext as _
from vtclinic.core.policy import Actor, authorize
from vtclinic.core.scope import current_clinic
from vtclinic.features.clinic.files import digest_of, replace_file, toml_lines
from vtclinic.features.clinic.policy import can_run_clinic
from vtclinic.tenants.helpnow import OWN, HelpLine, HelpNowContext, countries, read_line, read_own, refresh_help_now

MOST_LINES = 12
CHECK_AGAIN = timedelta(days=180)
_HOURS = re.compile(r"24/7|\d\d:\d\d-\d\d:\d\d")
_PHONE = re.compile(r"\+?[0-9][0-9 ()/.-]{1,24}")


@dataclass(frozen=True)
class HelpPage:
    """What the page for checking numbers shows; `seen` is what a form carries so that changes by others are noticed."""

    shipped: Sequence[HelpLine]
    emergency: Sequence[str]
    own: Sequence[HelpLine]
    open_hours: str
    phone: str
    seen: str
    today: date


def help_page(actor: Actor) -> HelpPage:
    """Return the clinic's numbers, its own and the shipped ones of its country."""
    authorize(actor, can_run_clinic)
    clinic = current_clinic()
    home, own = countries().get(clinic.country), read_own(clinic.files / OWN)
    return HelpPage(
        shipped=home.lines if home else (),
        emergency=home.emergency if home else ("112",),
        own=own.own_lines,
        open_hours=own.open_hours,
        phone=own.phone,
        seen=digest_of(clinic.files / OWN),
        today=clock.now().astimezone(current_timezone()).date(),
    )


def own_line(actor: Actor, place: int) -> HelpLine:
    """Return one of the clinic's own lines by its place; raise NotFound."""
    lines = help_page(actor).own
    if not 0 <= place < len(lines):
        raise NotFound()
    return lines[place]


def save_line(actor: Actor, line: HelpLine, *, place: int | None, seen: str) -> None:
    """Add a line, or put it in place of another one, checked today; the page is written anew at once."""
    page = help_page(actor)
    checked = _checked(line, page.today)
    lines = list(page.own)
    if place is None:
        if len(lines) >= MOST_LINES:
            raise Invalid(_("There are %(most)s lines already. Remove one first: too many numbers help nobody.", most=MOST_LINES))
        lines.append(checked)
    else:
        own_line(actor, place)
        lines[place] = checked
    _write(page, seen, lines=lines)
    record(actor, "help-line.saved", "clinic", current_clinic().uid)


def confirm_line(actor: Actor, place: int, *, seen: str) -> None:
    """Note that somebody called or looked today and the number is right."""
    save_line(actor, own_line(actor, place), place=place, seen=seen)


def remove_line(actor: Actor, place: int, *, seen: str) -> None:
    """Take one of the clinic's own lines away."""
    page, gone = help_page(actor), own_line(actor, place)
    _write(page, seen, lines=[line for line in page.own if line is not gone and line != gone])
    record(actor, "help-line.removed", "clinic", current_clinic().uid)


def save_hours(actor: Actor, *, open_hours: str, phone: str, seen: str) -> None:
    """Say when the clinic is open and how to call it, on Get help now."""
    page = help_page(actor)
    if phone and not _PHONE.fullmatch(phone):
        sentence = _("Write a telephone number such as +353 1 555 0100.")
        raise Invalid(sentence, fields={"phone": sentence})
    if len(open_hours) > 120:
        sentence = _("Use at most 120 characters.")
        raise Invalid(sentence, fields={"open_hours": sentence})
    _write(page, seen, open_hours=open_hours, phone=phone)
    record(actor, "clinic.hours-changed", "clinic", current_clinic().uid)


def _checked(line: HelpLine, today: date) -> HelpLine:
    if line.hours and not _HOURS.fullmatch(line.hours):
        sentence = _("Write hours as 24/7, or like 10:00-24:00. Leave them empty when you do not know.")
        raise Invalid(sentence, fields={"hours": sentence})
    dated = replace(line, verified_on=today, review_by=today + CHECK_AGAIN, languages=tuple(line.languages))
    try:
        read_line({key: value for key, value in asdict(dated).items() if value})
    except ValueError:
        field = "name" if not line.name.strip() else "number"
        sentence = _("Give the line a name.") if field == "name" else _("Write a telephone number, or a number to text.")
        raise Invalid(sentence, fields={field: sentence}) from None
    shipped = {number for country in countries().values() for number in country.emergency}
    if line.tel and line.tel in shipped:
        sentence = _("This is an emergency number. It is shown already.")
        raise Invalid(sentence, fields={"number": sentence})
    return dated


def _write(page: HelpPage, seen: str, *, lines: Sequence[HelpLine] | None = None, open_hours: str | None = None, phone: str | None = None) -> None:
    clinic = current_clinic()
    if seen != page.seen:
        raise Conflict(_("Somebody else changed this since you opened the page. Look at it again; what you wrote is not saved yet."))
    told = HelpNowContext(
        name="",
        country="",
        open_hours=page.open_hours if open_hours is None else open_hours,
        phone=page.phone if phone is None else phone,
        own_lines=tuple(page.own if lines is None else lines),
    )
    replace_file(clinic.files / OWN, _toml(told).encode())
    refresh_help_now(clinic)


def _toml(told: HelpNowContext) -> str:
    parts = toml_lines({"open_hours": told.open_hours, "phone": told.phone})
    for line in told.own_lines:
        values = {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(line).items()}
        parts += ["", "[[lines]]", *toml_lines(values)]
    return "\n".join(parts) + "\n"
