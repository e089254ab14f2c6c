"""A match as its page shows it: people with reasons in words, first free times, and what stands in the way of any."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from vtclinic.core.i18n import gettext as _
from vtclinic.core.i18n import ngettext
from vtclinic.features.matching import words
from vtclinic.features.matching.free_times import first_free
from vtclinic.features.matching.models import Outcome, Shown
from vtclinic.features.matching.service import can_relax
from vtclinic.features.records import api as records
from vtclinic.features.staff import api as staff
from vtclinic.identity.service import UserState


@dataclass(frozen=True)
class Card:
    """One therapist to choose."""

    therapist: staff.Therapist
    reasons: list[str]
    unmet: list[str]
    first_free: datetime | None

    @property
    def title(self) -> str:
        """Return "Psychotherapist, 11 years"."""
        years = self.therapist.years
        if not years:
            return self.therapist.title
        return _("%(title)s, %(years)s", title=self.therapist.title, years=ngettext("%(num)s year", "%(num)s years", years))

    @property
    def languages(self) -> str:
        """Return what they speak."""
        return ", ".join(records.language_names(self.therapist.languages))


@dataclass(frozen=True)
class Way:
    """One thing that would bring somebody who fits; `wish` is what the patient can give up with a press, or empty."""

    says: str
    wish: str
    act: str


def cards(outcome: Outcome, patient_uid: UUID) -> list[Card]:
    """Return the people of a match who still work here; two queries and one for their times, however many there are."""
    people = staff.therapists(shown.uid for shown in outcome.choices)  # no query after a match, which has read them all
    listed = [(people[shown.uid], shown) for shown in outcome.choices if _works_here(people.get(shown.uid))]
    free = first_free([person for person, _shown in listed], patient_uid, until={shown.uid: shown.until for _person, shown in listed})
    return [_card(person, shown, free.get(person.uid)) for person, shown in listed]


def ways(outcome: Outcome) -> list[Way]:
    """Return what could be relaxed, the patient's own wishes first."""
    found = []
    for entry in outcome.relaxations:
        says, wish = words.obstacle(entry), f"{entry.violation.constraint}:{entry.violation.facet}"
        if says:
            own = can_relax(wish)
            found.append(Way(says, wish if own else "", words.see_them(entry.count) if own else ""))
    return found


def _works_here(person: staff.Therapist | None) -> bool:
    return person is not None and person.user.state == UserState.ACTIVE


def _card(person: staff.Therapist, shown: Shown, free: datetime | None) -> Card:
    said = [words.reason(entry) for entry in shown.reasons]
    missing = [words.unmet(wish, person.first_name) for wish in shown.unmet]
    return Card(person, said, missing, free)
