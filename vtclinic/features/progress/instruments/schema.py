"""What a questionnaire is once its data pack has been read."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

Total: TypeAlias = float  # a whole number where points are added up, two decimals where their mean is taken


class RiskLevel(StrEnum):
    """How soon a clinician must read an answer that names self-harm."""

    SAME_DAY = "same_day"
    NOW = "now"


class Better(StrEnum):
    """Which way a total moves when a person feels better."""

    LOWER = "lower"
    HIGHER = "higher"


class Scoring(StrEnum):
    """How the points of the answers come to a total."""

    SUM = "sum"
    MEAN = "mean"


@dataclass(frozen=True)
class Answer:
    """One answer a person can choose."""

    value: int
    text: str
    loinc: str = ""


@dataclass(frozen=True)
class Scale:
    """The words at the two ends of a numbered scale."""

    low: str
    high: str


@dataclass(frozen=True)
class Item:
    """One question; a reversed item counts its highest answer as the lowest."""

    number: int
    text: str
    answers: tuple[Answer, ...]
    scale: Scale | None = None
    reverse: bool = False
    loinc: str = ""

    @property
    def lowest(self) -> int:
        """Return the smallest value an answer to this item can add."""
        return min(answer.value for answer in self.answers)

    @property
    def highest(self) -> int:
        """Return the largest value an answer to this item can add."""
        return max(answer.value for answer in self.answers)

    def points(self, value: int) -> int:
        """Return what the chosen answer adds to the total."""
        return self.lowest + self.highest - value if self.reverse else value

    def answer(self, value: int) -> Answer | None:
        """Return the answer with this value, or None when the item has none."""
        return next((answer for answer in self.answers if answer.value == value), None)


@dataclass(frozen=True)
class Band:
    """A named range of totals, both ends included."""

    id: str
    text: str
    low: Total
    high: Total


@dataclass(frozen=True)
class Cutoff:
    """A total from which a screen is positive; with several, a person says which applies."""

    id: str
    text: str
    at: Total


@dataclass(frozen=True)
class ChangeRule:
    """How large a change must be to exceed measurement error, and where recovery begins."""

    reliable: Total
    recovery: Total | None
    source: str


@dataclass(frozen=True)
class RiskItem:
    """The item that asks about self-harm; each step is (smallest value, level), rising."""

    item: int
    steps: tuple[tuple[int, RiskLevel], ...]

    def level(self, value: int) -> RiskLevel | None:
        """Return how soon this answer must be read, or None when it raises nothing."""
        reached = [level for smallest, level in self.steps if value >= smallest]
        return reached[-1] if reached else None


@dataclass(frozen=True)
class Cluster:
    """A group of symptoms of which at least `need` must be present."""

    id: str
    items: tuple[int, ...]
    need: int


@dataclass(frozen=True)
class SymptomRule:
    """A diagnostic rule over clusters: a symptom is present from `present_from` points."""

    id: str
    present_from: int
    clusters: tuple[Cluster, ...]
    source: str


@dataclass(frozen=True)
class Loinc:
    """The LOINC codes of the whole and of its total, with the notice their licence asks for."""

    panel: str
    total: str
    notice: str


@dataclass(frozen=True)
class Instrument:
    """One version of one questionnaire in one language; its wording is never edited."""

    id: str
    version: str
    name: str
    title: str
    language: str
    licence: str
    notice: str
    source: str
    validated: bool
    stem: str
    better: Better
    multiply: int
    scoring: Scoring
    attestation: str
    items: tuple[Item, ...]
    bands: tuple[Band, ...]
    bands_source: str
    cutoffs: tuple[Cutoff, ...]
    cutoffs_source: str
    change: ChangeRule | None
    risk_items: tuple[RiskItem, ...]
    rule: SymptomRule | None
    loinc: Loinc | None

    @property
    def lowest(self) -> Total:
        """Return the smallest total."""
        return self.total_of(sum(item.lowest for item in self.items))

    @property
    def highest(self) -> Total:
        """Return the largest total."""
        return self.total_of(sum(item.highest for item in self.items))

    @property
    def asks_which_line(self) -> bool:
        """Tell whether the person must say which of several cut-offs applies; it is never inferred."""
        return len(self.cutoffs) > 1

    def total_of(self, points: int) -> Total:
        """Return the total that all points together make."""
        return total_of(points, len(self.items), multiply=self.multiply, scoring=self.scoring)

    def item(self, number: int) -> Item | None:
        """Return the item with this number, counted from 1."""
        return next((item for item in self.items if item.number == number), None)


def total_of(points: int, items: int, *, multiply: int, scoring: str) -> Total:
    """Return the total that the points of so many items make: their sum, or their mean to two decimals."""
    return round(multiply * points / items, 2) if scoring == Scoring.MEAN else multiply * points
