"""Help lines of every country, and the ones a clinic adds for its own people."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).with_name("lines.toml")
LONGEST_TRUST = timedelta(days=180)

_HOURS = re.compile(r"24/7|\d\d:\d\d-\d\d:\d\d")
_NUMBER = re.compile(r"\+?[0-9][0-9 ()/.-]{1,24}")


@dataclass(frozen=True)
class HelpLine:
    """One number to call or text. `grade` A: an official source was seen; B: only secondary lists; "" for a clinic's own."""

    name: str
    number: str = ""
    sms: str = ""
    sms_text: str = ""
    hours: str = ""
    audience: str = ""
    languages: tuple[str, ...] = ()
    source_url: str = ""
    grade: str = ""
    verified_on: date | None = None
    review_by: date | None = None

    @property
    def tel(self) -> str:
        """The number as a telephone dials it."""
        return dialled(self.number)


@dataclass(frozen=True)
class Country:
    """A country's emergency numbers, first the one to try first, and its help lines."""

    code: str
    emergency: tuple[str, ...]
    lines: tuple[HelpLine, ...]


def dialled(number: str) -> str:
    """Return the digits of a number, with the plus sign of an international one."""
    return ("+" if number.startswith("+") else "") + re.sub(r"\D", "", number)


@lru_cache(maxsize=1)
def countries() -> Mapping[str, Country]:
    """Return every country we know lines for, by two-letter code."""
    data = tomllib.loads(DATA.read_text(encoding="utf-8"))
    return {code: _country(code, value) for code, value in data.items() if isinstance(value, dict)}


def fallback_url() -> str:
    """Return the public list of help lines for countries that are missing here."""
    return str(tomllib.loads(DATA.read_text(encoding="utf-8"))["everywhere"])


def _country(code: str, value: Mapping[str, Any]) -> Country:
    return Country(code, tuple(value["emergency"]), tuple(read_line(row) for row in value["lines"]))


def read_line(row: Mapping[str, Any]) -> HelpLine:
    """Make a help line from a table; raise ValueError with a sentence when it cannot be one."""
    unknown = row.keys() - HelpLine.__dataclass_fields__.keys()
    if unknown:
        raise ValueError(f"“{min(unknown)}” is not known for a help line.")
    line = HelpLine(**{**row, "languages": tuple(row.get("languages", ()))})
    if not line.name.strip():
        raise ValueError("A help line needs a name.")
    if not (line.number or line.sms):
        raise ValueError("A help line needs a number to call or to text.")
    for number in filter(None, (line.number, line.sms)):
        if not _NUMBER.fullmatch(number):
            raise ValueError(f"“{number}” is not a telephone number.")
    if line.hours and not _HOURS.fullmatch(line.hours):
        raise ValueError("Hours are written 24/7 or 10:00-24:00.")
    if line.verified_on and line.review_by and line.review_by - line.verified_on > LONGEST_TRUST:
        raise ValueError("A help line is checked again within 180 days.")
    return line


def stale_lines(today: date, own: tuple[HelpLine, ...] = ()) -> list[tuple[str, HelpLine]]:
    """Return the lines whose check is overdue, each with its country ("" for a clinic's own)."""
    rows = [(country.code, line) for country in countries().values() for line in country.lines]
    rows += [("", line) for line in own]
    return [(code, line) for code, line in rows if line.review_by is not None and line.review_by < today]


def unproven_lines() -> list[tuple[str, HelpLine]]:
    """Return the lines for which no official source was seen; a person checks them before a clinic relies on them."""
    return [(country.code, line) for country in countries().values() for line in country.lines if line.grade != "A"]
