"""What a patient needs, what a therapist offers, and what a match says; plain values without a database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum, StrEnum
from uuid import UUID

from vtclinic.core.errors import Invalid

Words = frozenset[str]
NO_WORDS: Words = frozenset()
_OWN_FACETS = frozenset({"languages", "formats", "specialities", "modalities", "times", "culture"})


class AgeBand(StrEnum):
    """The age groups therapists say they work with."""

    CHILD = "child"
    TEEN = "teen"
    ADULT = "adult"
    OLDER = "older"


class Risk(IntEnum):
    """How much risk a patient carries, and up to how much a therapist is competent to hold."""

    NONE = 0
    SOME = 1
    HIGH = 2


class Constraint(StrEnum):
    """A reason for which somebody may not be offered at all."""

    LICENCE = "licence"
    LANGUAGE = "language"
    AGE = "age"
    CAPACITY = "capacity"
    RISK = "risk"
    FORMAT = "format"
    BLOCKED = "blocked"
    MUST = "must"


class Decider(StrEnum):
    """Who may relax a constraint; law and safety are nobody's to relax."""

    PATIENT = "patient"
    CLINIC = "clinic"
    NOBODY = "nobody"


@dataclass(frozen=True)
class Licence:
    """A right to practise in a country or one of its parts (ISO 3166: DE, US-CA); only a verified one counts."""

    place: str
    valid_until: date
    verified: bool

    def covers(self, place: str, on: date) -> bool:
        """Return whether it holds on this day where the patient is; a country's licence covers its parts, not the reverse."""
        return self.verified and on <= self.valid_until and (place == self.place or place.startswith(f"{self.place}-"))


@dataclass(frozen=True)
class Track:
    """How closed cases of one problem went: their number and the mean effect, from 0 to 1."""

    cases: int
    effect: float


@dataclass(frozen=True)
class PatientNeeds:
    """What one patient needs and asked for.

    `musts` and `preferences` map a facet (gender, style, times, …) to the values that would do. `culture` holds only what the patient asked
    for. Empty sets ask for nothing.
    """

    uid: UUID
    on: date
    place: str
    languages: Words
    age_band: AgeBand
    formats: Words = NO_WORDS
    risk: Risk = Risk.NONE
    musts: Mapping[str, Words] = field(default_factory=dict)
    preferences: Mapping[str, Words] = field(default_factory=dict)
    problems: Words = NO_WORDS
    modalities: Words = NO_WORDS
    times: Words = NO_WORDS
    culture: Words = NO_WORDS
    blocked: frozenset[UUID] = frozenset()

    def __post_init__(self) -> None:
        """Refuse to match somebody whose place or language is unknown: the licence check would be empty."""
        if not self.place or not self.languages:
            raise Invalid("a match needs the place where the patient is and a language")


@dataclass(frozen=True)
class TherapistOffer:
    """What one therapist offers today; `capacity` is the most patients at once, `traits` maps a facet to its values.

    `new_per_week` limits how many begin in a week, of whom `new_this_week` have; a `paused` therapist takes nobody new.
    """

    uid: UUID
    licences: tuple[Licence, ...]
    languages: Words
    age_bands: frozenset[AgeBand]
    formats: Words
    capacity: int
    caseload: int = 0
    new_per_week: int | None = None
    new_this_week: int = 0
    paused: bool = False
    risk: Risk = Risk.NONE
    specialities: Words = NO_WORDS
    modalities: Words = NO_WORDS
    times: Words = NO_WORDS
    culture: Words = NO_WORDS
    traits: Mapping[str, Words] = field(default_factory=dict)
    track: Mapping[str, Track] = field(default_factory=dict)
    blocked: frozenset[UUID] = frozenset()

    @property
    def load(self) -> float:
        """Return how full the caseload is, from 0 to 1."""
        return min(1.0, self.caseload / self.capacity) if self.capacity > 0 else 1.0

    @property
    def space(self) -> int:
        """Return how many more patients can begin now, by caseload and by this week's limit."""
        if self.paused:
            return 0
        free = self.capacity - self.caseload
        if self.new_per_week is not None:
            free = min(free, self.new_per_week - self.new_this_week)
        return max(0, free)

    def facet(self, name: str) -> Words:
        """Return the values offered for a facet that a must-have or a preference names."""
        traits = self.traits.get(name, NO_WORDS)
        if name not in _OWN_FACETS:
            return traits
        own: Words = getattr(self, name)
        return own | traits if traits else own


@dataclass(frozen=True)
class Violation:
    """One constraint that one offer does not meet; `facet` names the must-have."""

    constraint: Constraint
    facet: str = ""


@dataclass(frozen=True)
class Reason:
    """Why somebody is shown: a code the interface words, and the values it names."""

    code: str
    facet: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Unmet:
    """Something the patient would like that this therapist does not offer."""

    facet: str
    wanted: tuple[str, ...]


@dataclass(frozen=True)
class Choice:
    """One therapist to show; the score orders choices and is never shown to a patient."""

    uid: UUID
    score: float
    reasons: tuple[Reason, ...]
    unmet: tuple[Unmet, ...]


@dataclass(frozen=True)
class Relaxation:
    """How many would fit if this one constraint were relaxed, and who may decide that."""

    violation: Violation
    count: int
    decider: Decider


@dataclass(frozen=True)
class MatchResult:
    """Up to three choices, best first; when there is none, what stands in the way, the patient's own wishes first."""

    choices: tuple[Choice, ...]
    relaxations: tuple[Relaxation, ...]
    fitting: int


def age_band(born: date, on: date) -> AgeBand:
    """Return the age group on a day: child below 13, teen below 18, older from 65."""
    years = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    if years < 13:
        return AgeBand.CHILD
    if years < 18:
        return AgeBand.TEEN
    return AgeBand.ADULT if years < 65 else AgeBand.OLDER
