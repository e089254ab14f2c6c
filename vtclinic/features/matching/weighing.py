"""The clinic's weights: read, change by version, reset, and see beforehand what another set would change for those who wait."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from vtclinic.core import clock
from vtclinic.core.audit import record
from vtclinic.core.errors import Conflict, Invalid
from vtclinic.core.i18n import gettext as _
from vtclinic.core.i18n import lazy
from vtclinic.core.policy import Actor, authorize
from vtclinic.core.uow import session
from vtclinic.features.intake import api as intake
from vtclinic.features.matching import offers, policy
from vtclinic.features.matching.batch_run import Crowd, gather
from vtclinic.features.matching.engine import PatientNeeds, Scorer, TherapistOffer, Weights, fits, in_order
from vtclinic.features.matching.models import WeightSet
from vtclinic.features.matching.service import seed_of
from vtclinic.features.matching.standing import standing, weights_of

MOST = 100.0
EXAMPLES = 3
PARTS: Mapping[str, tuple[object, object]] = {
    "problems": (lazy("What they want help with"), lazy("How much of it the therapist works a lot with.")),
    "preferences": (lazy("Wishes"), lazy("Who the therapist is, and how they work.")),
    "times": (lazy("Times"), lazy("How many of the times they chose the therapist works.")),
    "modality": (lazy("Methods"), lazy("Methods they asked about.")),
    "track": (lazy("Track record"), lazy("How closed cases went. It counts only with your yes.")),
    "culture": (lazy("Background"), lazy("Only what they asked for themselves.")),
    "load": (lazy("Full caseloads"), lazy("Taken off, so that nobody fills up while others have space.")),
}


@dataclass(frozen=True)
class InForce:
    """The weights that count now; version 0 are the defaults, which nobody made."""

    weights: Weights
    version: int
    made_by: UUID | None = None


@dataclass(frozen=True)
class Example:
    """One person who waits, without a name: why the first choice changes."""

    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True)
class Preview:
    """What other weights would change for the people who wait now."""

    people: int
    first: int
    three: int
    examples: tuple[Example, ...]


def in_force(actor: Actor) -> InForce:
    """Return the clinic's weights."""
    authorize(actor, policy.can_help)
    newest = session().scalar(select(WeightSet).order_by(WeightSet.version.desc()).limit(1))
    return InForce(weights_of(newest.values), newest.version, newest.made_by) if newest else InForce(Weights(), 0)


def history(actor: Actor, limit: int = 10) -> list[WeightSet]:
    """Return earlier versions, the newest first."""
    authorize(actor, policy.can_help)
    return list(session().scalars(select(WeightSet).order_by(WeightSet.version.desc()).limit(limit)))


def change(actor: Actor, weights: Weights, *, seen: int) -> WeightSet:
    """Store the next version; `seen` is the version the form began with. Raises Conflict when another one came between."""
    authorize(actor, policy.can_help)
    checked(weights)
    sentence = _("Somebody else changed the weights meanwhile. Look at theirs first. What you chose is still here.")
    if in_force(actor).version != seen:
        raise Conflict(sentence)
    made = WeightSet(version=seen + 1, values=asdict(weights), made_at=clock.now(), made_by=actor.uid)
    try:
        with session().begin_nested():
            session().add(made)
    except IntegrityError as error:
        raise Conflict(sentence) from error
    record(actor, "match.weights-changed", "match_weights", str(made.version))
    return made


def checked(weights: Weights) -> Weights:
    """Return the weights; raise Invalid with a sentence for each that is out of bounds, or when nothing counts at all."""
    wrong = {name: _("Choose a number from 0 to 100.") for name in PARTS if not 0 <= getattr(weights, name) <= MOST}
    if wrong:
        raise Invalid(_("Choose a number from 0 to 100."), fields=wrong)
    if not any(getattr(weights, name) for name in PARTS if name not in ("load", "track")):
        raise Invalid(_("Something has to count. Give at least one part more than 0."))
    return weights


def preview(actor: Actor, weights: Weights) -> Preview:
    """Match everybody who waits with both sets, and compare; nothing is stored."""
    authorize(actor, policy.can_help)
    stands, since, crowd = standing(), intake.waiting_for_care(), Crowd()
    gather(crowd, since, since)
    old, new = stands.weights, checked(weights)
    available = offers.all_offers(replace(stands, weights=new if new.use_track else old))
    first = three = 0
    examples: list[Example] = []
    for needs in crowd.wanted.values():
        before, after = _best(needs, available, old), _best(needs, available, new)
        three += {offer.uid for offer in before} != {offer.uid for offer in after}
        if before and before[0] is not after[0]:
            first += 1
            if len(examples) < EXAMPLES:
                examples.append(Example(_kinds(needs, before[0], old), _kinds(needs, after[0], new)))
    record(actor, "match.weights-tried", "match_weights", str(stands.version))
    return Preview(len(crowd.wanted), first, three, tuple(examples))


def _best(needs: PatientNeeds, available: list[TherapistOffer], weights: Weights) -> list[TherapistOffer]:
    fitting = [offer for offer in available if fits(needs, offer)]
    return [offer for _score, offer in in_order(needs, fitting, Scorer(needs, weights), seed_of(needs.uid), most=3)]


def _kinds(needs: PatientNeeds, offer: TherapistOffer, weights: Weights) -> tuple[str, ...]:
    return tuple(reason.code for reason in Scorer(needs, weights).choice(offer, 0.0).reasons)
