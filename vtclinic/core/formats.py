"""Days, times, sums and places the way the reader writes them.

`fmt` is the same set for templates: `fmt.day(x)`, `fmt.time(x)`, `fmt.day_time(x)`.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from functools import lru_cache

from babel import Locale, dates, numbers

from vtclinic.core.clock import now
from vtclinic.core.pseudo import PSEUDO_LOCALE, pseudo
from vtclinic.core.words import current_locale, current_timezone, gettext, known_timezone
from vtclinic.core.zones import zone

Zone = tzinfo | str | None

# The year goes with the words and dots that belong to it in the locale's own pattern.
_YEAR = re.compile(r"(\s*'de'|,)?\s*y+(年|\s*'[^']*'\.?|\.)?\s*")
# Beyond this a day without its year could be mistaken for the one of this year.
_FAR = timedelta(days=300)


def _locale() -> Locale:
    """Return the locale whose day order is used: plain English is not American English."""
    return _parsed(current_locale())


@lru_cache(maxsize=128)
def _parsed(name: str) -> Locale:
    return Locale.parse("en_GB" if name in ("en", PSEUDO_LOCALE) else name)


def _say(text: str) -> str:
    return pseudo(text) if current_locale() == PSEUDO_LOCALE else text


def _zone(tz: Zone) -> tzinfo:
    if tz is None:
        return current_timezone()
    return zone(known_timezone(tz)) if isinstance(tz, str) else tz


def local(moment: datetime, tz: Zone = None) -> datetime:
    """Return the moment on the reader's clock, or on the one of `tz`."""
    return moment.astimezone(_zone(tz))


def _as_day(value: date, tz: Zone) -> date:
    return local(value, tz).date() if isinstance(value, datetime) else value


@lru_cache(maxsize=128)
def _full_pattern(locale: Locale, *, year: bool) -> str:
    pattern = dates.get_date_format("full", locale).pattern
    if locale.language == "en" and pattern.startswith("EEEE, d"):
        pattern = pattern.replace("EEEE, d", "EEEE d")
    return pattern if year else _YEAR.sub("", pattern).strip(" ,")


@lru_cache(maxsize=4096)
def _date_text(day: date, pattern: str, locale: Locale) -> str:
    return dates.format_date(day, pattern, locale=locale)


@lru_cache(maxsize=4096)
def _skeleton_text(day: date, skeleton: str, locale: Locale) -> str:
    return dates.format_skeleton(skeleton, day, locale=locale)


@lru_cache(maxsize=4096)
def _time_text(hour: int, minute: int, locale: Locale) -> str:
    return dates.format_time(time(hour, minute), "short", locale=locale)


def format_day(value: date, tz: Zone = None) -> str:
    """Return "Thursday 3 December", with the year only when the day is far from today."""
    day = _as_day(value, tz)
    far = abs(day - _as_day(now(), tz)) > _FAR
    locale = _locale()
    return _say(_date_text(day, _full_pattern(locale, year=far), locale))


def format_day_short(value: date, tz: Zone = None) -> str:
    """Return "Thu 3 Dec", with the year only when the day is far from today."""
    day = _as_day(value, tz)
    far = abs(day - _as_day(now(), tz)) > _FAR
    locale = _locale()
    text = _skeleton_text(day, "yMMMEd" if far else "MMMEd", locale)
    return _say(text.replace(",", "", 1) if locale.language == "en" and locale.territory != "US" else text)


def format_date(value: date, tz: Zone = None) -> str:
    """Return "3 December 2026", for birthdays, papers and lists of records."""
    return _say(_date_text(_as_day(value, tz), "long", _locale()))


def format_weekday(value: date, tz: Zone = None) -> str:
    """Return "Thursday"."""
    return _say(_date_text(_as_day(value, tz), "EEEE", _locale()))


def format_day_month(value: date, tz: Zone = None) -> str:
    """Return "3 December"."""
    return _say(_skeleton_text(_as_day(value, tz), "MMMMd", _locale()))


def format_day_brief(value: date, tz: Zone = None) -> str:
    """Return "3 Dec", for the narrow axis of a chart."""
    return _say(_skeleton_text(_as_day(value, tz), "MMMd", _locale()))


def format_time(moment: datetime, tz: Zone = None) -> str:
    """Return "18:30", or "6:30 pm" where people write so."""
    here = local(moment, tz)
    return _say(_time_text(here.hour, here.minute, _locale()))


def format_day_time(moment: datetime, tz: Zone = None) -> str:
    """Return "Thursday 3 December, 18:30"."""
    return gettext("%(day)s, %(time)s", day=format_day(moment, tz), time=format_time(moment, tz))


def format_day_time_short(moment: datetime, tz: Zone = None) -> str:
    """Return "Thu 3 Dec, 18:30"."""
    return gettext("%(day)s, %(time)s", day=format_day_short(moment, tz), time=format_time(moment, tz))


def format_when(moment: datetime, tz: Zone = None) -> str:
    """Return "Today at 18:30", "Tomorrow at 18:30", "Yesterday, 16:40", else the day and the time."""
    away = (_as_day(moment, tz) - _as_day(now(), tz)).days
    at = format_time(moment, tz)
    if away == 0:
        return gettext("Today at %(time)s", time=at)
    if away == 1:
        return gettext("Tomorrow at %(time)s", time=at)
    if away == -1:
        return gettext("Yesterday, %(time)s", time=at)
    return format_day_time(moment, tz)


def format_place(tz: Zone = None) -> str:
    """Return the city that names a time zone, as in "Madrid"."""
    return _say(dates.get_timezone_location(_zone(tz), locale=_locale(), return_city=True))


def format_country(code: str) -> str:
    """Return a country's name, or its code when nobody knows it."""
    return _say(_locale().territories.get(code.upper(), code))


def format_money(minor: int, currency: str) -> str:
    """Return "€35" for 3500 EUR; the smaller unit shows only when it is not zero."""
    digits = numbers.get_currency_precision(currency)
    amount = Decimal(minor).scaleb(-digits)
    whole = amount == amount.to_integral_value()
    pattern = re.sub(r"\.0+", "", _locale().currency_formats["standard"].pattern) if whole else None
    return str(numbers.format_currency(amount, currency, pattern, locale=_locale(), currency_digits=not whole))


class Formats:
    """What templates call `fmt`."""

    day = staticmethod(format_day)
    day_short = staticmethod(format_day_short)
    weekday = staticmethod(format_weekday)
    day_month = staticmethod(format_day_month)
    day_brief = staticmethod(format_day_brief)
    date = staticmethod(format_date)
    time = staticmethod(format_time)
    day_time = staticmethod(format_day_time)
    day_time_short = staticmethod(format_day_time_short)
    when = staticmethod(format_when)
    place = staticmethod(format_place)
    country = staticmethod(format_country)
    money = staticmethod(format_money)
    local = staticmethod(local)


fmt = Formats()
