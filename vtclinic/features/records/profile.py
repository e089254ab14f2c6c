"""Checking what a patient tells about themselves, field by field, in plain words."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from vtclinic.core import clock
from vtclinic.core.errors import Invalid
from vtclinic.core.i18n import gettext as _
from vtclinic.features.records.places import is_country, is_language, is_region

ADULT, OLDEST = 18, 120
LONGEST_NAME, LONGEST_PRONOUNS, LONGEST_CITY, MOST_LANGUAGES = 80, 40, 80, 8
_PHONE = re.compile(r"\+?[0-9][0-9 ()/.-]{3,23}[0-9]")


def checked(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values as the record keeps them; raise Invalid with a sentence for each field, or TypeError for an unknown one."""
    found: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for name, value in values.items():
        check = _CHECKS.get(name)
        if check is None:
            raise TypeError(f"a patient's profile has no {name}")
        try:
            found[name] = check(value)
        except Invalid as error:
            wrong.update(error.fields)
    if wrong:
        raise Invalid(next(iter(wrong.values())), fields=wrong)
    return found


def is_phone(text: str) -> bool:
    """Tell whether this looks like a number somebody can dial."""
    return _PHONE.fullmatch(text) is not None


def years_old(born: date, on: date) -> int:
    """Return an age in whole years."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def _name(value: str | None) -> str | None:
    return _short(value, LONGEST_NAME, "preferred_name", _("This name is too long. Use up to 80 letters."))


def _pronouns(value: str | None) -> str | None:
    return _short(value, LONGEST_PRONOUNS, "pronouns", _("This is too long. Use up to 40 letters."))


def _short(value: str | None, most: int, field: str, sentence: str) -> str | None:
    text = " ".join((value or "").split())
    if len(text) > most:
        raise _wrong(field, sentence)
    return text or None


def _languages(value: list[str] | None) -> list[str]:
    codes = list(dict.fromkeys(value or []))
    if not all(is_language(code) for code in codes):
        raise _wrong("languages", _("Choose languages from the list."))
    if len(codes) > MOST_LANGUAGES:
        raise _wrong("languages", _("Choose up to 8 languages."))
    return codes


def _born(value: date | None) -> date | None:
    if value is None:
        return None
    age = years_old(value, clock.now().date())
    if age < 0 or age > OLDEST:
        raise _wrong("date_of_birth", _("Check the year. It should look like 1990."))
    if age < ADULT:
        raise _wrong("date_of_birth", _("You have to be 18 or older here. If you are younger, Get help now lists people for you."))
    return value


def _place(value: Mapping[str, str] | None) -> dict[str, str]:
    parts = {key: " ".join((value or {}).get(key, "").split()) for key in ("country", "region", "city")}
    wrong = {}
    if parts["country"] and not is_country(parts["country"]):
        wrong["country"] = _("Choose a country from the list.")
    if not is_region(parts["country"], parts["region"]):
        wrong["region"] = _("Choose a state or province of that country.")
    if len(parts["city"]) > LONGEST_CITY:
        wrong["city"] = _("This name is too long. Use up to 80 letters.")
    if (parts["region"] or parts["city"]) and not parts["country"]:
        wrong["country"] = _("Choose the country too.")
    if wrong:
        raise Invalid(next(iter(wrong.values())), fields=wrong)
    return parts


def _safe_contact(value: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if value is None:
        return None
    rules: dict[str, Any] = {key: bool(value.get(key)) for key in ("email", "text", "call", "name_ourselves")}
    rules["phone"] = str(value.get("phone") or "").strip()
    if rules["phone"] and not is_phone(rules["phone"]):
        raise _wrong("phone", _("Write a phone number like +353 87 123 4567."))
    if (rules["text"] or rules["call"]) and not rules["phone"]:
        raise _wrong("phone", _("Write the number we may use."))
    return rules


def _emergency_contact(value: Mapping[str, str] | None) -> dict[str, str] | None:
    if not value:
        return None
    person = {key: " ".join(str(value.get(key) or "").split()) for key in ("name", "relation", "phone")}
    wrong = {}
    if not person["name"] or len(person["name"]) > LONGEST_NAME:
        wrong["contact_name"] = _("Write this person's name.")
    if len(person["relation"]) > LONGEST_NAME:
        wrong["relation"] = _("Use fewer words here.")
    if not is_phone(person["phone"]):
        wrong["contact_phone"] = _("Write a phone number like +353 87 123 4567.")
    if wrong:
        raise Invalid(next(iter(wrong.values())), fields=wrong)
    return person


def _wrong(field: str, sentence: str) -> Invalid:
    return Invalid(sentence, fields={field: sentence})


_CHECKS: dict[str, Callable[[Any], Any]] = {
    "preferred_name": _name,
    "pronouns": _pronouns,
    "languages": _languages,
    "date_of_birth": _born,
    "place": _place,
    "safe_contact": _safe_contact,
    "emergency_contact": _emergency_contact,
}
