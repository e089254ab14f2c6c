"""The soft part of a match: how well somebody who fits also suits, and how to say so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import astuple, dataclass

from vtclinic.core.errors import Invalid
from vtclinic.features.matching.engine.model import Choice, PatientNeeds, Reason, TherapistOffer, Track, Unmet, Words

# Three shared times are enough to find a weekly session; more say nothing about fit.
ENOUGH_TIMES = 3
# A therapist's own record counts from 15 closed cases on, drawn towards the middle by as many imagined ones.
TRACK_CASES = 15
TRACK_PRIOR = 0.5
MOST_REASONS = 3


@dataclass(frozen=True)
class Weights:
    """What each soft part counts; `track` counts only where the clinic has opted in, and is never given as a reason."""

    problems: float = 30
    preferences: float = 25
    times: float = 20
    modality: float = 10
    track: float = 10
    culture: float = 5
    load: float = 10
    use_track: bool = False

    def __post_init__(self) -> None:
        """Refuse a weight below zero: it would turn a wish into its opposite."""
        if min(astuple(self)) < 0:
            raise Invalid("a weight is zero or more")


class Scorer:
    """Measures many offers against one patient's needs; what does not depend on the offer is worked out once."""

    def __init__(self, needs: PatientNeeds, weights: Weights) -> None:
        """Keep the needs and the weights."""
        self._needs, self._weights = needs, weights
        self._stated = [(facet, wanted) for facet, wanted in needs.preferences.items() if wanted]
        self._per_problem = weights.problems / max(1, len(needs.problems))
        self._per_wish = weights.preferences / max(1, len(self._stated))
        self._enough = min(len(needs.times), ENOUGH_TIMES)
        self._per_modality = weights.modality / max(1, len(needs.modalities))
        self._per_culture = weights.culture / max(1, len(needs.culture))

    def merit(self, offer: TherapistOffer) -> float:
        """Return how well a fitting offer suits; only the order of two merits means anything."""
        needs, weights = self._needs, self._weights
        gained = self._per_problem * len(needs.problems & offer.specialities) - weights.load * offer.load
        for facet, wanted in self._stated:
            if not wanted.isdisjoint(offer.facet(facet)):
                gained += self._per_wish
        if self._enough:
            gained += weights.times * min(1.0, len(needs.times & offer.times) / self._enough)
        if needs.modalities:
            gained += self._per_modality * len(needs.modalities & offer.modalities)
        if needs.culture:
            gained += self._per_culture * len(needs.culture & offer.culture)
        return gained + weights.track * _track(needs, offer) if weights.use_track else gained

    def choice(self, offer: TherapistOffer, score: float) -> Choice:
        """Return the offer with its reasons and what is not met."""
        return Choice(offer.uid, score, reasons(self._needs, offer, self._weights), unmet(self._needs, offer))


def reasons(needs: PatientNeeds, offer: TherapistOffer, weights: Weights) -> tuple[Reason, ...]:
    """Return up to three reasons, the weightiest first; with no wish met, what makes the offer possible."""
    ranked = sorted(_reasons(needs, offer, weights), key=lambda entry: -entry[0])
    chosen = tuple(reason for _, reason in ranked[:MOST_REASONS])
    return chosen or (Reason("language", "languages", _named(needs.languages & offer.languages)),)


def unmet(needs: PatientNeeds, offer: TherapistOffer) -> tuple[Unmet, ...]:
    """Return the wishes of which nothing is offered."""
    wishes = [
        *needs.preferences.items(),
        ("specialities", needs.problems),
        ("times", needs.times),
        ("modalities", needs.modalities),
        ("culture", needs.culture),
    ]
    return tuple(Unmet(facet, _named(wanted)) for facet, wanted in wishes if wanted and not wanted & offer.facet(facet))


def _reasons(needs: PatientNeeds, offer: TherapistOffer, weights: Weights) -> Iterator[tuple[float, Reason]]:
    parts = (
        ("problem", "specialities", needs.problems, weights.problems * _share(needs.problems, offer.specialities)),
        ("times", "times", needs.times, weights.times * _times(needs, offer)),
        ("modality", "modalities", needs.modalities, weights.modality * _share(needs.modalities, offer.modalities)),
        ("culture", "culture", needs.culture, weights.culture * _share(needs.culture, offer.culture)),
    )
    for code, facet, wanted, gain in parts:
        shared = wanted & offer.facet(facet)
        if shared:
            yield gain, Reason(code, facet, _named(shared))
    each = weights.preferences / max(1, len(needs.preferences))
    for facet, wanted in needs.preferences.items():
        if wanted & offer.facet(facet):
            yield each, Reason("preference", facet, _named(wanted & offer.facet(facet)))
    # Everybody shown has these, so they come last.
    for facet, wanted in needs.musts.items():
        if wanted:
            yield 0.0, Reason("must", facet, _named(wanted & offer.facet(facet)))


def _share(wanted: Words, offered: Words) -> float:
    return len(wanted & offered) / len(wanted) if wanted else 0.0


def _times(needs: PatientNeeds, offer: TherapistOffer) -> float:
    enough = min(len(needs.times), ENOUGH_TIMES)
    return min(1.0, len(needs.times & offer.times) / enough) if enough else 0.0


def _track(needs: PatientNeeds, offer: TherapistOffer) -> float:
    if not needs.problems:
        return TRACK_PRIOR
    records = (offer.track.get(problem, Track(0, TRACK_PRIOR)) for problem in sorted(needs.problems))
    return sum(_shrunken(record) for record in records) / len(needs.problems)


def _shrunken(record: Track) -> float:
    if record.cases < TRACK_CASES:
        return TRACK_PRIOR
    return (record.cases * record.effect + TRACK_CASES * TRACK_PRIOR) / (record.cases + TRACK_CASES)


def _named(values: Words) -> tuple[str, ...]:
    return tuple(sorted(values))
