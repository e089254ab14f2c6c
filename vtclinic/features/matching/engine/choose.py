"""Choose up to three therapists for one patient in one pass over the offers."""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Iterable, Sequence
from uuid import UUID

from vtclinic.features.matching.engine.constraints import fits, relaxations, violations
from vtclinic.features.matching.engine.merit import Scorer, Weights
from vtclinic.features.matching.engine.model import MatchResult, PatientNeeds, TherapistOffer

MOST_CHOICES = 3


def match(needs: PatientNeeds, offers: Iterable[TherapistOffer], weights: Weights | None = None, *, seed: int = 0) -> MatchResult:
    """Return the best choices with their reasons, or what stands in the way of any.

    The order of `offers` does not matter. Equals are ordered by the seed, so that the same therapist does not always come first; the same
    seed gives the same result.
    """
    listed, measure = list(offers), Scorer(needs, weights or Weights())
    fitting = [offer for offer in listed if fits(needs, offer)]
    if not fitting:
        return MatchResult((), relaxations(violations(needs, offer) for offer in listed), 0)
    best = in_order(needs, fitting, measure, seed, most=MOST_CHOICES)
    return MatchResult(tuple(measure.choice(offer, score) for score, offer in best), (), len(fitting))


def in_order(needs: PatientNeeds, fitting: Sequence[TherapistOffer], measure: Scorer, seed: int, *, most: int | None = None) -> list[tuple[float, TherapistOffer]]:
    """Return scores and offers, best first; equals by lot."""
    scored = [(round(measure.merit(offer), 9), offer) for offer in fitting]
    if most is not None and len(scored) > most:
        # Lots are drawn among those only who can be shown.
        least = heapq.nlargest(most, (score for score, _ in scored))[-1]
        scored = [entry for entry in scored if entry[0] >= least]
    drawn = sorted(scored, key=lambda entry: (entry[0], _lot(seed, needs.uid, entry[1].uid)), reverse=True)
    return drawn[:most]


def _lot(seed: int, patient: UUID, therapist: UUID) -> bytes:
    return hashlib.blake2b(b"%d" % seed + patient.bytes + therapist.bytes, digest_size=8).digest()
