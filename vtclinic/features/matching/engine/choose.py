"""Choose up to three therapists for one patient in one pass over the offers."""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Iterable
from uuid import UUID

from vtclinic.features.matching.engine.constraints import relaxations, violations
from vtclinic.features.matching.engine.merit import Weights, merit, reasons, unmet
from vtclinic.features.matching.engine.model import Choice, MatchResult, PatientNeeds, TherapistOffer

MOST_CHOICES = 3


def match(needs: PatientNeeds, offers: Iterable[TherapistOffer], weights: Weights | None = None, *, seed: int = 0) -> MatchResult:
    """Return the best choices with their reasons, or what stands in the way of any.

    The order of `offers` does not matter. Equals are ordered by the seed, so that the same therapist does not always come first; the same
    seed gives the same result.
    """
    weights = weights or Weights()
    fitting: list[TherapistOffer] = []
    found = []
    for offer in offers:
        broken = violations(needs, offer)
        if broken:
            found.append(broken)
        else:
            fitting.append(offer)
    ranked = ((round(merit(needs, offer, weights), 9), _lot(seed, needs.uid, offer.uid), offer) for offer in fitting)
    best = heapq.nlargest(MOST_CHOICES, ranked, key=lambda entry: entry[:2])
    choices = tuple(Choice(offer.uid, score, reasons(needs, offer, weights), unmet(needs, offer)) for score, _, offer in best)
    return MatchResult(choices, () if fitting else relaxations(found), len(fitting))


def _lot(seed: int, patient: UUID, therapist: UUID) -> bytes:
    return hashlib.blake2b(b"%d" % seed + patient.bytes + therapist.bytes, digest_size=8).digest()
