"""What the list's pages say."""

from __future__ import annotations

from babel import dates

from vtclinic.core.i18n import PSEUDO_LOCALE, current_locale, lazy, ngettext, pseudo
from vtclinic.core.i18n import gettext as _
from vtclinic.features.scheduling.waiting.models import Level, WaitEntry

PART_WORDS = {"morning": lazy("Morning, until noon"), "afternoon": lazy("Afternoon, until 5 pm"), "evening": lazy("Evening")}
NOTICE_WORDS = {0: lazy("Any time: I can come at short notice"), 4: lazy("4 hours before"), 24: lazy("A day before"), 48: lazy("Two days before")}
LEVELS = {int(Level.USUAL): lazy("As usual"), int(Level.SOON): lazy("Soon: four weeks’ head start"), int(Level.FIRST): lazy("First: eight weeks’ head start")}
LEVEL_CHIPS = {int(Level.USUAL): "", int(Level.SOON): lazy("Soon"), int(Level.FIRST): lazy("First")}


def day_choices() -> list[tuple[int, str]]:
    """Return the weekdays as choices, Monday first."""
    return list(enumerate(_day_names()))


def days(entry: WaitEntry) -> str:
    """Return "Monday, Thursday", or that any day does."""
    names = _day_names()
    return ", ".join(names[day] for day in entry.days) if entry.days else _("Any day")


def parts(entry: WaitEntry) -> str:
    """Return "Morning, until noon", or that any time of the day does."""
    return ", ".join(str(PART_WORDS[part]) for part in entry.parts) if entry.parts else _("Any time of the day")


def waited(count: int) -> str:
    """Return "12 days"."""
    return ngettext("%(num)s day", "%(num)s days", count)


def _day_names() -> list[str]:
    locale = current_locale()
    names = dates.get_day_names("wide", locale="en" if locale == PSEUDO_LOCALE else locale, context="stand-alone")
    return [pseudo(names[day]) if locale == PSEUDO_LOCALE else names[day] for day in range(7)]
