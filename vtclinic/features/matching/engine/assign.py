"""Find therapists for many who wait at once: a min-cost assignment in which each free place is a column.

The solver is scipy's (Crouse 2016, a shortest augmenting path); it is loaded only where this runs.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any
from uuid import UUID

from vtclinic.features.matching.engine.constraints import fits, relaxations, violations
from vtclinic.features.matching.engine.merit import Scorer, Weights
from vtclinic.features.matching.engine.model import PatientNeeds, Relaxation, TherapistOffer

_ARRAYS, _SOLVER = "numpy", "scipy.optimize"  # imported when a batch runs: a second and 60 MB that no web process needs

# Whoever can have a place gets one: no sum of fit and waiting outweighs one person more.
PLACED = 1e8
# A day of waiting counts as much as these points of fit: waiting decides who has a place, fit decides with whom.
PER_DAY = 25.0
MOST_DAYS = 365
# Filling a caseload costs by its square: places are taken evenly before anybody's last one is.
EVENNESS = 60.0


@dataclass(frozen=True)
class Waits:
    """One person who waits: what they need, and for how many days."""

    needs: PatientNeeds
    days: float = 0.0


@dataclass(frozen=True)
class Assigned:
    """What a batch found. `open_to` counts who would fit each person; `in_the_way` says what keeps the rest from everybody."""

    pairs: Mapping[UUID, UUID]
    open_to: Mapping[UUID, int] = field(default_factory=dict)
    in_the_way: Mapping[UUID, tuple[Relaxation, ...]] = field(default_factory=dict)


def assign(waiting: Sequence[Waits], offers: Sequence[TherapistOffer], weights: Weights | None = None, *, seed: int = 0) -> Assigned:
    """Return the best pairs; the order of neither side matters, and the same seed gives the same pairs."""
    people = sorted(waiting, key=lambda each: _lot(seed, each.needs.uid))
    places = sorted((offer for offer in offers if offer.space), key=lambda offer: _lot(seed, offer.uid))
    merits = [_merits(each, places, weights or Weights()) for each in people]
    pairs = _solve(people, places, merits) if people and places else {}
    in_the_way = {
        each.needs.uid: relaxations(violations(each.needs, offer) for offer in offers)
        for each, found in zip(people, merits, strict=True)
        if not found
    }
    return Assigned(pairs, {each.needs.uid: len(found) for each, found in zip(people, merits, strict=True)}, in_the_way)


def price(offer: TherapistOffer, nth: int) -> float:
    """Return what a therapist's nth free place costs, counted from 0; having nobody costs nothing."""
    filled = (offer.caseload + nth) / offer.capacity
    return EVENNESS * filled * filled - PLACED


def worth(each: Waits, merit: float, best: float) -> float:
    """Return what a place with somebody is worth to a person whose best fit is `best`.

    Only the distance to their own best counts, so that people whose wishes are rare do not wait longer for it.
    """
    return merit - best + PER_DAY * min(each.days, MOST_DAYS)


def _merits(each: Waits, places: Sequence[TherapistOffer], weights: Weights) -> dict[int, float]:
    measure = Scorer(each.needs, weights)
    return {number: measure.merit(offer) for number, offer in enumerate(places) if fits(each.needs, offer)}


def _solve(people: Sequence[Waits], places: Sequence[TherapistOffer], merits: Sequence[Mapping[int, float]]) -> dict[UUID, UUID]:
    numpy: Any = import_module(_ARRAYS)
    asked = Counter(number for found in merits for number in found)
    columns = [(number, nth) for number, offer in enumerate(places) for nth in range(min(offer.space, asked[number]))]
    owner = numpy.array([number for number, _ in columns], dtype=int)
    prices = numpy.array([price(places[number], nth) for number, nth in columns])
    # As many empty columns as people: whoever takes one has nobody.
    table = numpy.zeros((len(people), len(columns) + len(people)))
    for row, (each, found) in enumerate(zip(people, merits, strict=True)):
        gains = numpy.full(len(places), -numpy.inf)
        best = max(found.values(), default=0.0)
        gains[list(found)] = [worth(each, merit, best) for merit in found.values()]
        table[row, : len(columns)] = prices - gains[owner]
    table[numpy.isinf(table)] = PLACED
    rows, chosen = import_module(_SOLVER).linear_sum_assignment(table)
    taken = [(int(row), int(column)) for row, column in zip(rows, chosen, strict=True) if column < len(columns) and table[row, column] < 0]
    return {people[row].needs.uid: places[columns[column][0]].uid for row, column in taken}


def _lot(seed: int, uid: UUID) -> bytes:
    return hashlib.blake2b(b"%d" % seed + uid.bytes, digest_size=8).digest()

