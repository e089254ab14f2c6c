"""The numbers to show beside a question or a task: the patient's own country first, else the clinic's."""

from __future__ import annotations

from dataclasses import dataclass

from vtclinic.core.i18n import gettext as _
from vtclinic.core.scope import current_clinic
from vtclinic.tenants.helpnow import HelpLine, countries, dialled

MOST = 3
_EVERYWHERE = "112"  # reaches an emergency service from mobile phones in most countries (ITU-T E.161.1)


@dataclass(frozen=True)
class Numbers:
    """What can be called in one country: help lines with a telephone, and emergency numbers, first the one to try first."""

    country: str
    lines: tuple[HelpLine, ...]
    emergency: tuple[str, ...]

    @property
    def first(self) -> HelpLine | None:
        """The line to offer first."""
        return self.lines[0] if self.lines else None

    @property
    def emergency_tel(self) -> str:
        """The first emergency number as a telephone dials it."""
        return dialled(self.emergency[0])


def about(line: HelpLine) -> str:
    """Say who answers, and when."""
    if line.hours == "24/7":
        return _("%(name)s, day and night.", name=line.name)
    if line.hours:
        start, end = line.hours.split("-")
        return _("%(name)s, from %(start)s to %(end)s.", name=line.name, start=start, end=end)
    return line.name


def numbers_for(country: str) -> Numbers:
    """Return the numbers of a country; an unknown or unsaid one falls back to the clinic's."""
    known = countries()
    found = known.get(country) or known.get(current_clinic().country)
    if found is None:
        return Numbers(country, (), (_EVERYWHERE,))
    return Numbers(found.code, tuple(line for line in found.lines if line.number and not line.audience)[:MOST], found.emergency)
