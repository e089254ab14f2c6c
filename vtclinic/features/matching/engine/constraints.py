"""The hard constraints: who may not be offered, and why; nothing here is ever relaxed silently."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from vtclinic.features.matching.engine.model import Constraint, Decider, PatientNeeds, Relaxation, TherapistOffer, Violation

DECIDERS = {
    Constraint.MUST: Decider.PATIENT,
    Constraint.FORMAT: Decider.PATIENT,
    Constraint.LANGUAGE: Decider.PATIENT,
    Constraint.CAPACITY: Decider.CLINIC,
}
_ORDER = list(Decider)


def violations(needs: PatientNeeds, offer: TherapistOffer) -> tuple[Violation, ...]:
    """Return every constraint the offer does not meet; an empty tuple means that it fits."""
    return tuple(_violations(needs, offer))


def fits(needs: PatientNeeds, offer: TherapistOffer) -> bool:
    """Tell whether no constraint is broken, the cheapest looks first: most who do not fit are full or speak another language."""
    if needs.languages.isdisjoint(offer.languages) or needs.age_band not in offer.age_bands or needs.risk > offer.risk:
        return False
    if not offer.space or (needs.formats and needs.formats.isdisjoint(offer.formats)) or offer.uid in needs.blocked or needs.uid in offer.blocked:
        return False
    for facet, wanted in needs.musts.items():
        if wanted and wanted.isdisjoint(offer.facet(facet)):
            return False
    return any(licence.covers(needs.place, needs.on) for licence in offer.licences)


def relaxations(found: Iterable[tuple[Violation, ...]]) -> tuple[Relaxation, ...]:
    """Count, for every single constraint, the offers that only it keeps out."""
    alone = Counter(entry[0] for entry in found if len(entry) == 1)
    listed = [Relaxation(entry, count, DECIDERS.get(entry.constraint, Decider.NOBODY)) for entry, count in alone.items()]
    return tuple(sorted(listed, key=_relaxation_order))


def _violations(needs: PatientNeeds, offer: TherapistOffer) -> Iterator[Violation]:
    if not any(licence.covers(needs.place, needs.on) for licence in offer.licences):
        yield Violation(Constraint.LICENCE)
    if not needs.languages & offer.languages:
        yield Violation(Constraint.LANGUAGE)
    if needs.age_band not in offer.age_bands:
        yield Violation(Constraint.AGE)
    if not offer.space:
        yield Violation(Constraint.CAPACITY)
    if needs.risk > offer.risk:
        yield Violation(Constraint.RISK)
    if needs.formats and not needs.formats & offer.formats:
        yield Violation(Constraint.FORMAT)
    if offer.uid in needs.blocked or needs.uid in offer.blocked:
        yield Violation(Constraint.BLOCKED)
    for facet, wanted in needs.musts.items():
        if wanted and not wanted & offer.facet(facet):
            yield Violation(Constraint.MUST, facet)


def _relaxation_order(entry: Relaxation) -> tuple[int, int, str, str]:
    return _ORDER.index(entry.decider), -entry.count, entry.violation.constraint, entry.violation.facet
