"""Does the clinic treat groups alike: waits and scores by language, pronouns and age, small groups left out. No name ever shows here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from vtclinic.core import clock
from vtclinic.core.audit import record
from vtclinic.core.i18n import gettext as _
from vtclinic.core.i18n import lazy
from vtclinic.core.policy import Actor, authorize
from vtclinic.core.scope import current_clinic
from vtclinic.features.intake import api as intake
from vtclinic.features.matching import policy
from vtclinic.features.matching.engine import age_band
from vtclinic.features.matching.small_groups import LEAST, hidden
from vtclinic.features.progress import api as progress
from vtclinic.features.records import api as records
from vtclinic.features.staff import api as staff

PERIOD = timedelta(days=365)
MOST_RATIO = 1.25
MEASURED = ("phq-9", "gad-7")
NOT_TOLD = "-"
_PRONOUNS: Mapping[str, Any] = {"she": lazy("she"), "he": lazy("he"), "they": lazy("they"), "other": lazy("other words"), NOT_TOLD: lazy("not told")}


@dataclass(frozen=True)
class Person:
    """One patient as the report counts them."""

    language: str
    pronouns: str
    age: str
    days: float
    found: bool
    improved: bool | None


@dataclass(frozen=True)
class Group:
    """One line; None where too few people stand behind a figure. `wait` is the middle wait in days until care began."""

    name: str
    people: int
    wait: float | None
    still: int | None
    better: int | None


@dataclass(frozen=True)
class Division:
    """One way to divide everybody. `left_out` counts the groups that do not show."""

    title: str
    groups: tuple[Group, ...]
    left_out: int
    sentence: str

    @property
    def longest(self) -> float:
        """Return the longest middle wait, for the drawing's scale."""
        return max((group.wait or 0 for group in self.groups), default=0)


@dataclass(frozen=True)
class Report:
    """The whole report."""

    people: int | None
    since: datetime
    divisions: tuple[Division, ...]


def report(actor: Actor, *, exported: bool = False) -> Report:
    """Return the report of the last year; audited."""
    authorize(actor, policy.can_help)
    since = clock.now() - PERIOD
    found = _people(since)
    record(actor, "fairness.exported" if exported else "fairness.read", "clinic", current_clinic().uid)
    divisions = (
        _division(_("First language"), found, lambda each: each.language, _language),
        _division(_("Pronouns they use"), found, lambda each: each.pronouns, lambda code: str(_PRONOUNS[code])),
        _division(_("Age group"), found, lambda each: each.age, _age),
    )
    return Report(len(found) if not found or len(found) >= LEAST else None, since, divisions)


def rows(found: Report) -> list[list[str]]:
    """Return the report as the lines of a table, its heads first; figures left out are empty."""
    heads = [_("Division"), _("Group"), _("People"), _("Middle wait in days"), _("Still waiting"), _("Better on a questionnaire, percent")]
    listed = [
        [division.title, group.name, *("" if value is None else f"{value:g}" for value in (group.people, group.wait, group.still, group.better))]
        for division in found.divisions
        for group in division.groups
    ]
    return [heads, *listed]


def _people(since: datetime) -> list[Person]:
    sent = {uid: at for uid, at in intake.sent_at().items() if at >= since}
    patients, scores = records.patients(sent), progress.latest_scores(sent)
    return [_person(patient, sent[uid], scores.get(uid, {})) for uid, patient in patients.items()]


def _person(patient: records.Patient, sent: datetime, scores: Mapping[str, progress.ScoreView]) -> Person:
    begun = min((care.since for care in patient.care if care.since >= sent), default=None)
    changes = [scores[name].change for name in MEASURED if name in scores]
    kinds = [change.kind for change in changes if change is not None]
    return Person(
        language=next(iter(patient.languages), NOT_TOLD),
        pronouns=_pronouns(patient.pronouns or ""),
        age=str(age_band(patient.date_of_birth, clock.now().date())) if patient.date_of_birth else NOT_TOLD,
        days=((begun or clock.now()) - sent).total_seconds() / 86400,
        found=begun is not None,
        improved="improved" in kinds if kinds else None,
    )


def _pronouns(told: str) -> str:
    # What people write is theirs and may name them, so only the usual words make groups.
    word = told.strip().casefold().replace("/", " ").split(" ")[0]
    return word if word in ("she", "he", "they") else "other" if word else NOT_TOLD


def _division(title: str, people: Iterable[Person], part: Callable[[Person], str], words: Callable[[str], str]) -> Division:
    groups: dict[str, list[Person]] = {}
    for each in people:
        groups.setdefault(part(each), []).append(each)
    left_out = hidden({code: len(members) for code, members in groups.items()})
    shown = tuple(_group(words(code), members) for code, members in sorted(groups.items(), key=lambda entry: -len(entry[1])) if code not in left_out)
    return Division(title, shown, len(left_out), _sentence(shown))


def _group(name: str, members: list[Person]) -> Group:
    waits = [each.days for each in members if each.found]
    still = len(members) - len(waits)
    measured = [each.improved for each in members if each.improved is not None]
    return Group(
        name,
        len(members),
        round(median(waits), 1) if len(waits) >= LEAST else None,
        still if still == 0 or (still >= LEAST and len(waits) >= LEAST) else None,
        # To the next 5, so that two reports in a row do not tell about one person.
        5 * round(20 * sum(measured) / len(measured)) if len(measured) >= LEAST else None,
    )


def _sentence(groups: tuple[Group, ...]) -> str:
    measured = sorted((group.wait, group.name) for group in groups if group.wait is not None)
    if len(measured) < 2:
        return _("There are not enough people yet to compare waits.")
    (least, first), (most, last) = measured[0], measured[-1]
    if most <= max(least, 1.0) * MOST_RATIO:
        return _("Waits are alike: from %(least)s to %(most)s days in the middle.", least=f"{least:g}", most=f"{most:g}")
    return _("“%(last)s” waits longest: %(most)s days in the middle, against %(least)s for “%(first)s”.", last=last, most=f"{most:g}", least=f"{least:g}", first=first)


def _language(code: str) -> str:
    return records.language_name(code) if code != NOT_TOLD else _("not told")


def _age(code: str) -> str:
    return str(staff.AGE_BANDS[code]) if code != NOT_TOLD else _("not told")
