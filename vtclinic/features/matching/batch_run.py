"""The worker's side of a batch: read who waits, find therapists for all of them at once, and lay the pairs before the clinic as a proposal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select

from vtclinic.core import clock
from vtclinic.core.ids import new_id
from vtclinic.core.uow import session, unit_of_work
from vtclinic.features.intake import api as intake
from vtclinic.features.matching import offers
from vtclinic.features.matching.engine import PatientNeeds, Scorer, TherapistOffer, Weights, fits, in_order
from vtclinic.features.matching.engine.assign import Assigned, Waits, assign
from vtclinic.features.matching.engine.choose import MOST_CHOICES
from vtclinic.features.matching.engine.two_sided import pair
from vtclinic.features.matching.models import Batch, Interest, MatchRun, Method, Outcome, Proposal, ProposalState, Says, Shown
from vtclinic.features.matching.service import fingerprint, without
from vtclinic.features.matching.standing import Standing, blocked_pairs, standing

CHUNK = 50


@dataclass
class Crowd:
    """Everybody a batch looks at. `asked` are the needs as told, `wanted` the same without the wishes the patient gave up."""

    since: dict[UUID, datetime] = field(default_factory=dict)
    asked: dict[UUID, PatientNeeds] = field(default_factory=dict)
    wanted: dict[UUID, PatientNeeds] = field(default_factory=dict)
    before: dict[UUID, Outcome] = field(default_factory=dict)


@dataclass(frozen=True)
class Found:
    """What a search came to, with all that it went by."""

    crowd: Crowd
    available: list[TherapistOffer]
    stands: Standing
    pairs: Assigned


def run(batch_uid: UUID) -> None:
    """Search, and store the proposal in one transaction; a second run of the same batch, after the first was killed, begins anew."""
    with unit_of_work(write=False) as db:
        batch = db.get(Batch, batch_uid)
        if batch is None or not batch.is_working:
            return
        since = without_offers(intake.waiting_for_care())
    crowd = Crowd()
    for part in _parts(list(since)):
        with unit_of_work(write=False):
            gather(crowd, part, since)
        _progress(batch_uid, len(crowd.since), len(since))
    with unit_of_work(write=False):
        stands = standing()
        available = offers.all_offers(stands)
        found = Found(crowd, available, stands, _search(batch, crowd, available, stands.weights))
    with unit_of_work():
        _store(batch_uid, found)


def gather(crowd: Crowd, uids: Iterable[UUID], since: Mapping[UUID, datetime]) -> None:
    """Read the needs of some of the people, in few queries however many they are."""
    listed = list(uids)
    kept_apart, before = blocked_pairs(), newest_outcomes(listed)
    for uid, told in intake.needs_of(listed).items():
        known = before.get(uid, Outcome())
        needs = offers.needs_from(told, frozenset(kept_apart.get(uid, ())) | known.passed)
        if needs is not None:
            crowd.since[uid], crowd.asked[uid], crowd.before[uid] = since[uid], needs, known
            crowd.wanted[uid] = without(needs, known.relaxed) if known.asked == fingerprint(needs) else needs


def newest_outcomes(uids: Iterable[UUID]) -> dict[UUID, Outcome]:
    """Return what each patient's newest match showed, with one query."""
    whose = MatchRun.patient_uid.in_(list(uids))
    newest = select(MatchRun.patient_uid, func.max(MatchRun.made_at).label("at")).where(whose).group_by(MatchRun.patient_uid).subquery()
    rows = session().scalars(select(MatchRun).join(newest, (MatchRun.patient_uid == newest.c.patient_uid) & (MatchRun.made_at == newest.c.at)).order_by(MatchRun.uid))
    return {row.patient_uid: row.outcome for row in rows}


def without_offers(since: Mapping[UUID, datetime]) -> dict[UUID, datetime]:
    """Leave out those for whom a place is kept already."""
    held = select(Proposal.patient_uid).where(Proposal.state == ProposalState.ACCEPTED, Proposal.held_until > clock.now())
    kept = set(session().scalars(held))
    return {uid: at for uid, at in since.items() if uid not in kept}


def shown_for(needs: PatientNeeds, available: list[TherapistOffer], first: UUID, weights: Weights, seed: int) -> tuple[Shown, ...]:
    """Return the proposed therapist and the next best, as the patient will see them."""
    measure = Scorer(needs, weights)
    ranked = in_order(needs, [offer for offer in available if fits(needs, offer)], measure, seed)
    ranked.sort(key=lambda entry: entry[1].uid != first)
    choices = [measure.choice(offer, score) for score, offer in ranked[:MOST_CHOICES]]
    until = {offer.uid: offers.until(offer, needs.place, needs.on) or needs.on for _score, offer in ranked[:MOST_CHOICES]}
    return tuple(Shown(each.uid, each.reasons, each.unmet, until[each.uid]) for each in choices)


def _search(batch: Batch, crowd: Crowd, available: list[TherapistOffer], weights: Weights) -> Assigned:
    waiting = [Waits(needs, (clock.now() - crowd.since[uid]).total_seconds() / 86400) for uid, needs in crowd.wanted.items()]
    found = assign(waiting, available, weights, seed=batch.seed)
    if batch.method == Method.ASSIGNMENT:
        return found
    return replace(found, pairs=_both_sides(batch, crowd, available, weights))


def _both_sides(batch: Batch, crowd: Crowd, available: list[TherapistOffer], weights: Weights) -> dict[UUID, UUID]:
    said: dict[tuple[UUID, UUID], int] = {}
    for row in session().scalars(select(Interest).where(Interest.says == Says.INTERESTED)):
        said[row.therapist_uid, row.patient_uid] = row.rank or 0
    wishes = {}
    for uid, needs in crowd.wanted.items():
        fitting = [offer for offer in available if fits(needs, offer)]
        wishes[uid] = [offer.uid for _score, offer in in_order(needs, fitting, Scorer(needs, weights), batch.seed)]
    # Whom a therapist chose comes first, in their order; then the others, the longest wait first.
    by_wait = sorted(crowd.since, key=lambda uid: (crowd.since[uid], uid))
    ranks = {
        offer.uid: {uid: place for place, uid in enumerate(sorted(by_wait, key=lambda uid: said.get((offer.uid, uid), len(said) + len(by_wait))))}
        for offer in available
    }
    return pair(wishes, ranks, {offer.uid: offer.space for offer in available})


def _store(batch_uid: UUID, found: Found) -> None:
    batch = session().get(Batch, batch_uid, with_for_update=True)
    if batch is None or not batch.is_working:
        return  # stopped meanwhile, or another worker was quicker
    session().execute(delete(Proposal).where(Proposal.batch_uid == batch_uid))
    people, pairs = found.crowd.since, found.pairs.pairs
    for uid in people:
        session().add(_proposal(batch, uid, found))
    batch.weights_version = found.stands.version
    batch.finish(clock.now(), {"people": len(people), "found": len(pairs), "nobody": len(people) - len(pairs), "therapists": len(set(pairs.values()))})


def _proposal(batch: Batch, uid: UUID, found: Found) -> Proposal:
    crowd, pairs, weights = found.crowd, found.pairs, found.stands.weights
    therapist, before = pairs.pairs.get(uid), crowd.before[uid]
    shown = shown_for(crowd.wanted[uid], found.available, therapist, weights, batch.seed) if therapist else ()
    outcome = Outcome(
        shown,
        () if therapist else pairs.in_the_way.get(uid, ()),
        pairs.open_to.get(uid, 0),
        fingerprint(crowd.asked[uid]),
        before.passed,
        relaxed=before.relaxed,
        weights=found.stands.version,
    )
    state = ProposalState.PROPOSED if therapist else ProposalState.NOBODY
    return Proposal(uid=new_id(), batch_uid=batch.uid, patient_uid=uid, therapist_uid=therapist, waits_since=crowd.since[uid], state=state, result=outcome.as_json())


def _progress(batch_uid: UUID, done: int, total: int) -> None:
    with unit_of_work() as db:
        batch = db.get(Batch, batch_uid)
        if batch is not None and batch.is_working:
            batch.done, batch.total = done, total


def _parts(listed: list[UUID]) -> Iterable[list[UUID]]:
    return (listed[start : start + CHUNK] for start in range(0, len(listed), CHUNK))
