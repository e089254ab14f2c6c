"""How long people waited, by group: medians of whole days, and no figure for fewer than ten people.

When one group alone would be hidden, the smallest other one is hidden with it: else the total would tell what the page keeps back.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from statistics import median
from typing import Any

from sqlalchemy import or_, select

from vtclinic.core import clock
from vtclinic.core.audit import record
from vtclinic.core.i18n import gettext as _
from vtclinic.core.policy import Actor, authorize
from vtclinic.core.uow import session
from vtclinic.features.records import api as records
from vtclinic.features.scheduling.waiting import policy
from vtclinic.features.scheduling.waiting.models import OPEN, WaitEntry, Waits
from vtclinic.features.scheduling.waiting.views import days_waited
from vtclinic.features.scheduling.waiting.words import LEVELS

LEAST = 10
LOOK_BACK = timedelta(days=365)
BANDS = ((18, "under_18"), (25, "18_24"), (45, "25_44"), (65, "45_64"), (200, "65"))


@dataclass(frozen=True)
class Group:
    """One group's waits in whole days; `count` and both figures are None when it is hidden."""

    name: str
    count: int | None
    middle: int | None
    long: int | None


@dataclass(frozen=True)
class Report:
    """Waits of everybody of the last year, and by each way of grouping; None while fewer than ten people were on the list."""

    everybody: Group | None
    by: list[tuple[str, list[Group]]]


def report(actor: Actor) -> Report:
    """Return how long people waited until they were booked, or have waited until now; who left is not counted."""
    authorize(actor, policy.can_see_fairness)
    now = clock.now()
    wanted = select(WaitEntry).where(or_(WaitEntry.state.in_(OPEN), (WaitEntry.state == Waits.BOOKED) & (WaitEntry.closed_at > now - LOOK_BACK)))
    rows = list(session().scalars(wanted))
    record(actor, "waiting.figures", "waiting_list", "all")
    if len(rows) < LEAST:
        return Report(None, [])
    people = records.patients({row.patient_uid for row in rows})
    waits = [(days_waited(row, now), row, people[row.patient_uid]) for row in rows if row.patient_uid in people]
    kinds = (
        (_("Age"), lambda _row, patient: _age(patient)),
        (_("First language"), lambda _row, patient: records.language_name(patient.languages[0]) if patient.languages else _("Not told")),
        (_("How soon"), lambda row, _patient: str(LEVELS[row.level])),
    )
    return Report(_group(_("Everybody"), [days for days, _row, _person in waits]), [(name, _grouped(waits, of)) for name, of in kinds])


def shown(sizes: dict[str, int]) -> set[str]:
    """Return which groups may be shown: those of ten and more, minus the smallest of them when exactly one smaller group hides."""
    large = sorted((name for name, size in sizes.items() if size >= LEAST), key=lambda name: (sizes[name], name))
    return set(large[1:] if len(sizes) - len(large) == 1 else large)


def _grouped(waits: list[tuple[int, WaitEntry, records.Patient]], of: Any) -> list[Group]:
    found: dict[str, list[int]] = defaultdict(list)
    for days, row, person in waits:
        found[of(row, person)].append(days)
    allowed = shown({name: len(values) for name, values in found.items()})
    return [_group(name, values) if name in allowed else Group(name, None, None, None) for name, values in sorted(found.items())]


def _group(name: str, days: list[int]) -> Group:
    ordered = sorted(days)
    return Group(name, len(days), round(median(ordered)), ordered[math.ceil(len(ordered) * 0.9) - 1])


def _age(patient: records.Patient) -> str:
    if patient.date_of_birth is None:
        return _("Not told")
    years = records.years_old(patient.date_of_birth, clock.now().date())
    words = {"under_18": _("Under 18"), "18_24": _("18 to 24"), "25_44": _("25 to 44"), "45_64": _("45 to 64"), "65": _("65 and over")}
    return words[next(code for limit, code in BANDS if years < limit)]
