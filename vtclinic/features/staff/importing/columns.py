"""The columns each kind of file may have, and how their texts become values."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from babel import Locale

from vtclinic.core.errors import Invalid
from vtclinic.core.i18n import gettext as _
from vtclinic.core.i18n import lazy
from vtclinic.core.policy import CLINIC_ADMIN, THERAPIST
from vtclinic.core.zones import zone_names
from vtclinic.features.records import api as records
from vtclinic.features.staff.vocabulary import AGE_BANDS, FORMATS, MODALITIES, SPECIALITIES

_BREAK = re.compile(r"[;|]")
STAFF, PATIENTS = "staff", "patients"
KINDS = (STAFF, PATIENTS)


@dataclass(frozen=True)
class Column:
    """One column: its name, what to write in it, an example, and how a cell is read (raises ValueError with a sentence)."""

    name: str
    help: Any
    example: str
    read: Callable[[str], Any]
    needed: bool = False


def text(cell: str) -> str:
    """Read words."""
    return " ".join(cell.split())


def codes(cell: str) -> list[str]:
    """Read several codes parted by semicolons."""
    return [part.strip() for part in _BREAK.split(cell) if part.strip()]


def languages(cell: str) -> list[str]:
    """Read languages by code or English name."""
    names = {str(name).casefold(): str(code) for code, name in Locale("en").languages.items()}
    found = [part if records.is_language(part) else names.get(part.casefold(), "") for part in codes(cell)]
    if not all(records.is_language(code) for code in found):
        raise ValueError(_("one of these languages is unknown: write codes such as en;es"))
    return found


def choice_of(known: Mapping[str, Any]) -> Callable[[str], list[str]]:
    """Make a reader of codes from one vocabulary."""

    def read(cell: str) -> list[str]:
        found = codes(cell.casefold())
        unknown = [code for code in found if code not in known]
        if unknown:
            raise ValueError(_("%(word)s is unknown here: use %(known)s", word=unknown[0][:40], known=", ".join(known)))
        return found

    return read


def day(cell: str) -> date:
    """Read a day as 2027-06-30."""
    try:
        return date.fromisoformat(cell.strip())
    except ValueError:
        raise ValueError(_("write the day like 2027-06-30")) from None


def number(cell: str) -> int:
    """Read a whole number."""
    if not cell.strip().isdecimal():
        raise ValueError(_("write a whole number"))
    return int(cell)


def country(cell: str) -> str:
    """Read a two-letter country code."""
    code = cell.strip().upper()
    if not records.is_country(code):
        raise ValueError(_("write the country as two letters, such as IE"))
    return code


def zone(cell: str) -> str:
    """Read a time zone's name."""
    if cell.strip() not in zone_names():
        raise ValueError(_("write a time zone such as Europe/Dublin"))
    return cell.strip()


def role(cell: str) -> str:
    """Read what somebody does here."""
    code = cell.strip().casefold().replace(" ", "_")
    if code not in (THERAPIST, CLINIC_ADMIN):
        raise ValueError(_("write therapist or clinic_admin"))
    return code


def upper(cell: str) -> str:
    """Read a code in capitals."""
    return cell.strip().upper()


_WHO = (
    Column("name", lazy("The full name"), "Amara Okafor", text, needed=True),
    Column("email", lazy("The e-mail address; each person has their own"), "amara@example.org", text, needed=True),
)
COLUMNS: dict[str, tuple[Column, ...]] = {
    STAFF: (
        *_WHO,
        Column("role", lazy("therapist or clinic_admin; empty means therapist"), "therapist", role),
        Column("title", lazy("What clients read below the name"), "Psychotherapist", text),
        Column("practising_since", lazy("The year the work began"), "2015", number),
        Column("languages", lazy("Codes parted by semicolons"), "en;es", languages),
        Column("specialities", lazy("Codes parted by semicolons"), "low-mood;worry", choice_of(SPECIALITIES)),
        Column("modalities", lazy("Codes parted by semicolons"), "cbt;act", choice_of(MODALITIES)),
        Column("formats", lazy("Codes parted by semicolons"), "video;message", choice_of(FORMATS)),
        Column("age_bands", lazy("Codes parted by semicolons"), "adult;older", choice_of(AGE_BANDS)),
        Column("capacity", lazy("How many clients at most"), "25", number),
        Column("timezone", lazy("Where the working hours are"), "Europe/Dublin", zone),
        Column("licence_number", lazy("The registration number"), "PSI-12345", text),
        Column("licence_title", lazy("The registered title"), "Psychotherapist", text),
        Column("licence_register", lazy("Who keeps the register"), "Psychological Society of Ireland", text),
        Column("licence_country", lazy("Two letters"), "IE", country),
        Column("licence_region", lazy("State or province in the US and Canada"), "", upper),
        Column("licence_expires", lazy("The last day it holds"), "2027-06-30", day),
    ),
    PATIENTS: (
        *(Column("name", lazy("The full name"), "Maya Ortiz", text, needed=True), Column("email", _WHO[1].help, "maya@example.org", text, needed=True)),
        Column("preferred_name", lazy("What to call this person"), "May", text),
        Column("pronouns", lazy("Free words"), "she/her", text),
        Column("languages", lazy("Codes parted by semicolons"), "en;es", languages),
        Column("date_of_birth", lazy("Year, month, day"), "1990-02-28", day),
        Column("country", lazy("Two letters"), "IE", country),
        Column("region", lazy("State or province in the US and Canada"), "", upper),
        Column("city", lazy("Town or city"), "Galway", text),
        Column("timezone", lazy("The clock this person lives by"), "Europe/Dublin", zone),
        Column("therapist_email", lazy("A therapist who is here already: puts this person in their care"), "amara@example.org", text),
    ),
}
ALIASES = {"e-mail": "email", "mail": "email", "e-mail_address": "email", "email_address": "email", "full_name": "name", "birthday": "date_of_birth"}


def column_name(head: str) -> str:
    """Return a head of the file in our spelling."""
    tidy = re.sub(r"[\s_]+", "_", head.strip().casefold())
    return ALIASES.get(tidy, tidy)


def read_cells(kind: str, cells: Mapping[str, str]) -> tuple[dict[str, Any], list[str]]:
    """Turn one row's texts into values; returns them with a sentence for each cell that is wrong."""
    values: dict[str, Any] = {}
    problems = []
    for column in COLUMNS[kind]:
        cell = cells.get(column.name, "").strip()
        if not cell:
            if column.needed:
                problems.append(_("%(column)s: write something here", column=column.name))
            continue
        try:
            values[column.name] = column.read(cell)
        except (ValueError, Invalid) as error:
            problems.append(f"{column.name}: {error}")
    return values, problems
