"""Countries, the regions that license therapists on their own, languages and time zones, in the reader's words."""

from __future__ import annotations

from functools import lru_cache

from babel import Locale

from vtclinic.core.i18n import PSEUDO_LOCALE, current_locale, format_country, pseudo
from vtclinic.core.zones import zone_names

# Codes that are not countries a person can live in: groups, exceptional reservations and test codes.
_NOT_PLACES = frozenset(["AC", "AN", "AQ", "BV", "CP", "CQ", "DG", "EA", "EU", "EZ", "HM", "IC", "QO", "TA", "TF", "UN", "XA", "XB", "ZZ"])
# Offered first; every other language the standard names can still be chosen.
COMMON_LANGUAGES = ("en", "es", "fr", "de", "ar", "pt", "pl", "ro", "uk", "tr", "zh", "ga")
# A licence holds in one part of these countries only (ISO 3166-2).
REGIONS: dict[str, dict[str, str]] = {
    "US": {
        "AL": "Alabama", "AK": "Alaska", "AZ": "Arizona", "AR": "Arkansas", "CA": "California", "CO": "Colorado", "CT": "Connecticut",
        "DE": "Delaware", "DC": "District of Columbia", "FL": "Florida", "GA": "Georgia", "HI": "Hawaii", "ID": "Idaho", "IL": "Illinois",
        "IN": "Indiana", "IA": "Iowa", "KS": "Kansas", "KY": "Kentucky", "LA": "Louisiana", "ME": "Maine", "MD": "Maryland",
        "MA": "Massachusetts", "MI": "Michigan", "MN": "Minnesota", "MS": "Mississippi", "MO": "Missouri", "MT": "Montana",
        "NE": "Nebraska", "NV": "Nevada", "NH": "New Hampshire", "NJ": "New Jersey", "NM": "New Mexico", "NY": "New York",
        "NC": "North Carolina", "ND": "North Dakota", "OH": "Ohio", "OK": "Oklahoma", "OR": "Oregon", "PA": "Pennsylvania",
        "RI": "Rhode Island", "SC": "South Carolina", "SD": "South Dakota", "TN": "Tennessee", "TX": "Texas", "UT": "Utah",
        "VT": "Vermont", "VA": "Virginia", "WA": "Washington", "WV": "West Virginia", "WI": "Wisconsin", "WY": "Wyoming",
    },
    "CA": {
        "AB": "Alberta", "BC": "British Columbia", "MB": "Manitoba", "NB": "New Brunswick", "NL": "Newfoundland and Labrador",
        "NS": "Nova Scotia", "NT": "Northwest Territories", "NU": "Nunavut", "ON": "Ontario", "PE": "Prince Edward Island",
        "QC": "Quebec", "SK": "Saskatchewan", "YT": "Yukon",
    },
}  # fmt: skip


def is_country(code: str) -> bool:
    """Tell whether this is the two-letter code of a country."""
    return code in _country_codes()


def is_region(country: str, code: str) -> bool:
    """Tell whether this is a region of the country; no region is always one."""
    return not code or code in REGIONS.get(country, {})


def is_language(code: str) -> bool:
    """Tell whether this is a language's code."""
    return code in _language_codes()


def country_choices() -> list[tuple[str, str]]:
    """Return every country with its name, by name."""
    return list(_country_choices(current_locale()))


def region_choices() -> dict[str, list[tuple[str, str]]]:
    """Return, by country name, the regions as ("US-CA", "California")."""
    return {format_country(country): [(f"{country}-{code}", name) for code, name in names.items()] for country, names in REGIONS.items()}


def language_choices() -> list[tuple[str, str]]:
    """Return every language with its name, by name."""
    return list(_language_choices(current_locale()))


def zone_choices() -> dict[str, list[tuple[str, str]]]:
    """Return places by part of the world, as ("Europe/Dublin", "Dublin")."""
    return _zone_choices()


def language_name(code: str) -> str:
    """Return a language's name, or its code when nobody knows it."""
    return _said(_locale().languages.get(code, code), current_locale())


def language_names(codes: list[str]) -> list[str]:
    """Return the names of some languages, in their order."""
    return [language_name(code) for code in codes]


def region_name(country: str, region: str) -> str:
    """Return a region's name; empty for none."""
    return REGIONS.get(country, {}).get(region, region)


def place_name(country: str, region: str = "", city: str = "") -> str:
    """Return a place as people write it: "Galway, Ireland"."""
    parts = (city, region_name(country, region), format_country(country) if country else "")
    return ", ".join(part for part in parts if part)


def _locale() -> Locale:
    return _parsed(current_locale())


@lru_cache(maxsize=128)
def _parsed(name: str) -> Locale:
    return Locale.parse("en" if name == PSEUDO_LOCALE else name)


def _said(text: str, locale: str) -> str:
    return pseudo(text) if locale == PSEUDO_LOCALE else text


@lru_cache(maxsize=1)
def _country_codes() -> frozenset[str]:
    return frozenset(code for code in map(str, Locale("en").territories) if len(code) == 2 and code.isalpha()) - _NOT_PLACES


@lru_cache(maxsize=1)
def _language_codes() -> frozenset[str]:
    return frozenset(code for code in map(str, Locale("en").languages) if len(code) <= 3 and code.isalpha() and code not in {"und", "mul", "zxx", "root", "mis"})


@lru_cache(maxsize=16)
def _country_choices(locale: str) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(((code, format_country(code)) for code in _country_codes()), key=lambda pair: pair[1]))


@lru_cache(maxsize=16)
def _language_choices(locale: str) -> tuple[tuple[str, str], ...]:
    names = _locale().languages
    return tuple(sorted(((code, _said(names[code], locale)) for code in _language_codes() if code in names), key=lambda pair: pair[1].casefold()))


@lru_cache(maxsize=1)
def _zone_choices() -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for name in sorted(zone_names()):
        area, slash, city = name.partition("/")
        if slash and area in {"Africa", "America", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"}:
            found.setdefault(area, []).append((name, city.replace("_", " ").replace("/", ", ")))
    return found | {"Other": [("UTC", "UTC")]}
