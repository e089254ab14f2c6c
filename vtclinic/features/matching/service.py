"""Match a patient, keep what was shown and why, and take a no for a no."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from vtclinic.core import clock
from vtclinic.core.audit import record
from vtclinic.core.errors import NotFound
from vtclinic.core.ids import new_id
from vtclinic.core.policy import Actor, authorize
from vtclinic.core.uow import before_end, session
from vtclinic.features.matching import offers, policy
from vtclinic.features.matching.engine import Constraint, PatientNeeds, TherapistOffer, fits, match
from vtclinic.features.matching.models import MatchRun, Outcome, Shown
from vtclinic.features.matching.standing import Standing, standing_and_newest

ENGINE = "2"


def current(actor: Actor) -> Outcome | None:
    """Return the patient's choices as they were last shown, or match now; None while the questions are not answered.

    The page stays the same from visit to visit, until needs change or somebody shown does not fit any more. A match made for a page that
    only reads is stored as that page's last act.
    """
    authorize(actor, policy.can_choose)
    patient_uid = _uid(actor)
    kept = latest(patient_uid)
    if kept is not None and kept.is_fresh(clock.now()):
        return kept.outcome
    found = _ground(patient_uid)
    if found is None:
        return None
    known, asked = (kept.outcome if kept else Outcome()), fingerprint(found.needs)
    if kept and known.asked == asked and known.choices and _still_fit(found, known):
        _note_checked(kept)
        return known
    made = _match(found, known if known.asked == asked else Outcome(passed=known.passed))
    if kept is not None and made == known:
        _note_checked(kept)
        return known
    run = _run(patient_uid, "first" if kept is None else "changed", made)
    before_end(lambda db: db.add(run))
    return made


def show_others(actor: Actor) -> Outcome:
    """Match again without those shown so far; when everybody who fits was shown, begin anew."""
    known = _known(actor)
    return _rematch(actor, "others", replace(known, seen=known.seen | {shown.uid for shown in known.choices}))


def pass_over(actor: Actor, therapist_uid: UUID) -> Outcome:
    """Never offer this therapist to this patient again, until they ask to see everybody."""
    known = _known(actor)
    return _rematch(actor, "passed", replace(known, passed=known.passed | {therapist_uid}))


def see_everybody(actor: Actor) -> Outcome:
    """Take back every no and every wish given up."""
    return _rematch(actor, "everybody", replace(_known(actor), passed=frozenset(), seen=frozenset(), relaxed=frozenset()))


def match_anew(actor: Actor, cause: str) -> None:
    """Match with every wish, as for the first time, keeping what the patient said no to; at the next look where the answers are missing."""
    try:
        _rematch(actor, cause, replace(_known(actor), seen=frozenset()))
    except NotFound:
        forget_kept(_uid(actor))


def relax(actor: Actor, wish: str) -> Outcome:
    """Match once more without one wish of the patient's own, because the patient said so; raise NotFound for any other constraint."""
    if not can_relax(wish):
        raise NotFound()
    known = _known(actor)
    return _rematch(actor, "relaxed", replace(known, relaxed=known.relaxed | {wish}))


def can_relax(wish: str) -> bool:
    """Tell whether a wish, such as "must:gender" or "format:", is the patient's to give up with one press."""
    return wish.partition(":")[0] in (Constraint.MUST, Constraint.FORMAT)


def may_choose(patient_uid: UUID, therapist_uid: UUID) -> bool:
    """Tell whether no hard constraint stands between the two; wishes the patient gave up do not count."""
    found = _ground(patient_uid)
    if found is None:
        return False
    needs = without(found.needs, found.kept.outcome.relaxed if found.kept else ())
    return any(offer.uid == therapist_uid and fits(needs, offer) for offer in found.available)


def fitting(patient_uid: UUID) -> set[UUID]:
    """Return every therapist whom no hard constraint parts from this patient, as `may_choose` says of one."""
    return _fitting(patient_uid)[0]


def to_book(patient_uid: UUID) -> set[UUID]:
    """Return them, and whoever cares for the patient now."""
    found, carers = _fitting(patient_uid)
    return found | carers


def _fitting(patient_uid: UUID) -> tuple[set[UUID], frozenset[UUID]]:
    found = _ground(patient_uid)
    if found is None:
        return set(), standing_and_newest(patient_uid)[0].carers
    needs = without(found.needs, found.kept.outcome.relaxed if found.kept else ())
    return {offer.uid for offer in found.available if fits(needs, offer)}, found.stands.carers


def forget_kept(patient_uid: UUID) -> None:
    """Match anew at the next look: the patient has told something new."""
    session().execute(update(MatchRun).where(MatchRun.patient_uid == patient_uid, ~MatchRun.stale).values(stale=True))


def choices(patient_uid: UUID) -> list[UUID]:
    """Return whom the patient's newest match showed, best first; empty before the first one."""
    kept = latest(patient_uid)
    return [shown.uid for shown in kept.outcome.choices] if kept else []


def somebody_fits(patient_uid: UUID) -> bool:
    """Tell whether there is anybody to show to this patient now."""
    found = _ground(patient_uid)
    return found is not None and bool(_match(found, found.kept.outcome if found.kept else Outcome()).choices)


def latest(patient_uid: UUID) -> MatchRun | None:
    """Return a patient's newest match."""
    return standing_and_newest(patient_uid)[1]


def my_care(actor: Actor) -> MyCare:
    """Return who cares for the actor now and from whom they want to change; asks nothing that the page's match has not asked."""
    authorize(actor, policy.can_choose)
    stands = standing_and_newest(_uid(actor))[0]
    return MyCare(stands.carers, stands.leaving)


@dataclass(frozen=True)
class MyCare:
    """Therapists of one patient: those who care for them, and those of them they look for somebody else than."""

    carers: frozenset[UUID]
    leaving: frozenset[UUID]


def without(needs: PatientNeeds, wishes: Iterable[str]) -> PatientNeeds:
    """Return the needs with some must-haves turned into preferences, so that cards still say what is not met."""
    for wish in wishes:
        kind, _, facet = wish.partition(":")
        if kind == Constraint.FORMAT:
            needs = replace(needs, formats=frozenset(), preferences={**needs.preferences, "formats": needs.formats})
        elif facet in needs.musts:
            musts = {name: values for name, values in needs.musts.items() if name != facet}
            needs = replace(needs, musts=musts, preferences={**needs.preferences, facet: needs.musts[facet]})
    return needs


def _known(actor: Actor) -> Outcome:
    authorize(actor, policy.can_choose)
    kept = latest(_uid(actor))
    return kept.outcome if kept else Outcome()


def _rematch(actor: Actor, cause: str, before: Outcome) -> Outcome:
    found = _ground(_uid(actor))
    if found is None:
        raise NotFound()
    made = _match(found, before)
    keep_run(_uid(actor), cause, made)
    record(actor, f"match.{cause}", "match", _uid(actor), patient_uid=_uid(actor))
    return made


def keep_run(patient_uid: UUID, cause: str, made: Outcome) -> None:
    """Store a match as the patient's newest."""
    session().add(_run(patient_uid, cause, made))
    session().flush()


@dataclass(frozen=True)
class _Ground:
    """All that one patient's match goes by."""

    needs: PatientNeeds
    stands: Standing
    available: list[TherapistOffer]


    kept: MatchRun | None = None


def _ground(patient_uid: UUID) -> _Ground | None:
    stands, kept = standing_and_newest(patient_uid)
    needs = offers.needs_of(patient_uid, stands.blocked)
    return _Ground(needs, stands, offers.all_offers(stands), kept) if needs is not None else None


def _match(found: _Ground, before: Outcome) -> Outcome:
    needs, available, weights = found.needs, found.available, found.stands.weights
    wanted = without(replace(needs, blocked=needs.blocked | before.passed), before.relaxed)
    seed = seed_of(needs.uid)
    result = match(wanted, [offer for offer in available if offer.uid not in before.seen], weights, seed=seed)
    again = not result.choices and bool(before.seen)
    if again:
        result = match(wanted, available, weights, seed=seed)
    seen = frozenset() if again else before.seen
    licences = {offer.uid: offers.until(offer, needs.place, needs.on) or needs.on for offer in available}
    choices = tuple(Shown(choice.uid, choice.reasons, choice.unmet, licences[choice.uid]) for choice in result.choices)
    return Outcome(choices, result.relaxations, result.fitting, fingerprint(needs), before.passed, seen, before.relaxed, again, found.stands.version)


def _still_fit(found: _Ground, known: Outcome) -> bool:
    wanted = without(found.needs, known.relaxed)
    fitting = {offer.uid for offer in found.available if fits(wanted, offer)}
    return all(shown.uid in fitting for shown in known.choices)


def _run(patient_uid: UUID, cause: str, made: Outcome) -> MatchRun:
    now = clock.now()
    return MatchRun(
        uid=new_id(), patient_uid=patient_uid, made_at=now, checked_at=now, stale=False, engine=ENGINE, seed=seed_of(patient_uid), cause=cause, result=made.as_json()
    )


def _note_checked(run: MatchRun) -> None:
    # A run that went stale or was checked meanwhile is somebody else's to judge.
    same = update(MatchRun).where(MatchRun.uid == run.uid, MatchRun.checked_at == run.checked_at, MatchRun.stale == run.stale)

    def touch(db: Session) -> None:
        db.execute(same.values(checked_at=clock.now(), stale=False))

    before_end(touch)


def seed_of(patient_uid: UUID) -> int:
    """Return the seed by which equals come to this patient."""
    # The patient's own: equals come in another order for another patient, and in the same order for the same one.
    # Half of what four bytes hold: PostgreSQL keeps whole numbers with a sign.
    return int.from_bytes(hashlib.blake2b(patient_uid.bytes, digest_size=4).digest()) >> 1


def fingerprint(needs: PatientNeeds) -> str:
    """Return a short print of what was asked; the day and who is kept apart are left out: neither is a new wish."""
    plain = {name: _sorted(value) for name, value in asdict(needs).items() if name not in ("on", "blocked")}
    return hashlib.blake2b(json.dumps(plain, sort_keys=True, default=str).encode(), digest_size=12).hexdigest()


def _sorted(value: object) -> object:
    if isinstance(value, frozenset):
        return sorted(map(str, value))
    if isinstance(value, dict):
        return {key: _sorted(entry) for key, entry in value.items()}
    return value


def _uid(actor: Actor) -> UUID:
    assert actor.uid is not None  # the policy let a signed-in person through
    return actor.uid
