"""The clinic's side of a batch: start one, see how far it is, accept or skip each line. Nobody is assigned: patients get choices and say yes."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import case, func, select
from sqlalchemy.exc import IntegrityError

from vtclinic.core import clock, jobs
from vtclinic.core.audit import record
from vtclinic.core.crypto import prefetch_patient_keys
from vtclinic.core.errors import Conflict, NotFound
from vtclinic.core.i18n import gettext as _
from vtclinic.core.ids import new_id
from vtclinic.core.policy import Actor, authorize
from vtclinic.core.scope import current_clinic
from vtclinic.core.uow import session
from vtclinic.features.intake import api as intake
from vtclinic.features.matching import offers, policy, telling
from vtclinic.features.matching.asking import open_request
from vtclinic.features.matching.batch_run import newest_outcomes, without_offers
from vtclinic.features.matching.engine import fits
from vtclinic.features.matching.models import Batch, Method, Outcome, Proposal, ProposalState, RequestKind
from vtclinic.features.matching.service import ENGINE, fingerprint, keep_run, without
from vtclinic.features.matching.standing import standing
from vtclinic.identity.service import User, users

JOB = "matching.batch"
# Lines on one page.
PAGE = 50


@dataclass(frozen=True)
class Line:
    """One line of a proposal as an administrator sees it: who, whom, and which kinds of things fit; never what was answered."""

    proposal: Proposal
    person: User
    therapist: User | None

    @property
    def outcome(self) -> Outcome:
        """Return what was found for this person."""
        return self.proposal.outcome


def open_batch() -> Batch | None:
    """Return the batch that is not closed yet, if any."""
    return session().scalar(select(Batch).where(Batch.closed_at.is_(None)))


def count_waiting(actor: Actor) -> int:
    """Count whom a search would look at."""
    authorize(actor, policy.can_help)
    return len(without_offers(intake.waiting_for_care()))


def start(actor: Actor, method: Method) -> Batch:
    """Ask the worker to search for everybody who waits; while one batch is open, that one is returned."""
    authorize(actor, policy.can_help)
    known = open_batch()
    if known is not None:
        return known
    made = Batch(uid=new_id(), method=method, engine=ENGINE, seed=clock.now().toordinal(), asked_at=clock.now(), asked_by=actor.uid)
    try:
        with session().begin_nested():
            session().add(made)
    except IntegrityError:
        known = open_batch()
        assert known is not None  # the index refused a second open one
        return known
    record(actor, "match.batch-started", "match_batch", made.uid, reason=method)
    jobs.enqueue(JOB, clinic=current_clinic().slug, batch=made.uid)
    return made


@dataclass(frozen=True)
class Lines:
    """One page of a batch's lines, what waits for a decision first; `left` counts that on all pages."""

    rows: list[Line]
    here: int
    pages: int
    left: int


def lines(actor: Actor, batch: Batch, page: int = 1) -> Lines:
    """Return a page of a batch's lines: those to decide first, then those with nobody, then those decided, the longest wait first in each."""
    authorize(actor, policy.can_help)
    order = case({ProposalState.PROPOSED: 0, ProposalState.NOBODY: 1}, value=Proposal.state, else_=2)
    counted = select(func.count(), func.count().filter(Proposal.state == ProposalState.PROPOSED)).where(Proposal.batch_uid == batch.uid)
    total, left = session().execute(counted).one()
    pages = max(1, -(-total // PAGE))
    here = max(1, min(page, pages))
    chosen = select(Proposal).where(Proposal.batch_uid == batch.uid).order_by(order, Proposal.waits_since, Proposal.uid)
    rows = list(session().scalars(chosen.offset((here - 1) * PAGE).limit(PAGE)))
    prefetch_patient_keys(row.patient_uid for row in rows)
    people = users({uid for row in rows for uid in (row.patient_uid, row.therapist_uid) if uid is not None})
    record(actor, "match.batch-read", "match_batch", batch.uid)
    shown = [Line(row, people[row.patient_uid], people.get(row.therapist_uid) if row.therapist_uid else None) for row in rows if row.patient_uid in people]
    return Lines(shown, here, pages, left)


def accept(actor: Actor, uid: UUID) -> Proposal:
    """Offer a patient what was found, and keep the place for some days; a line that holds no longer becomes stale instead."""
    row = _open_line(actor, uid)
    if not _still_holds(row):
        row.decide(ProposalState.STALE, clock.now(), actor.uid)
        record(actor, "match.proposal-stale", "match_proposal", uid, patient_uid=row.patient_uid)
        return row
    row.decide(ProposalState.ACCEPTED, clock.now(), actor.uid)
    keep_run(row.patient_uid, "proposed", row.outcome)
    waits = open_request(row.patient_uid, RequestKind.WAIT)
    if waits is not None:
        waits.close(clock.now(), actor.uid)
    record(actor, "match.proposal-accepted", "match_proposal", uid, patient_uid=row.patient_uid)
    telling.somebody_fits(row.patient_uid, key=f"match:proposal:{uid}")
    _close_when_done(actor, row.batch_uid)
    return row


def skip(actor: Actor, uid: UUID) -> Proposal:
    """Leave somebody waiting; they stay in the list and in the next search."""
    row = _open_line(actor, uid)
    row.decide(ProposalState.SKIPPED, clock.now(), actor.uid)
    record(actor, "match.proposal-skipped", "match_proposal", uid, patient_uid=row.patient_uid)
    _close_when_done(actor, row.batch_uid)
    return row


def close(actor: Actor, uid: UUID) -> None:
    """Put a proposal away, or stop a search; a second press changes nothing."""
    authorize(actor, policy.can_help)
    batch = session().get(Batch, uid, with_for_update=True)
    if batch is None:
        raise NotFound()
    if batch.closed_at is None:
        batch.close(clock.now(), actor.uid)
        record(actor, "match.batch-closed", "match_batch", uid)


def _open_line(actor: Actor, uid: UUID) -> Proposal:
    authorize(actor, policy.can_help)
    row = session().get(Proposal, uid, with_for_update=True)
    if row is None:
        raise NotFound()
    batch = session().get_one(Batch, row.batch_uid)
    if batch.closed_at is not None:
        raise Conflict(_("This proposal was put away meanwhile. Start a new search to see who fits now."))
    if not row.is_open:
        raise Conflict(_("This line was decided meanwhile, perhaps by a colleague. Nothing was changed twice."))
    return row


def _still_holds(row: Proposal) -> bool:
    if row.patient_uid not in intake.waiting_for_care() or row.therapist_uid is None:
        return False
    stands, told = standing(row.patient_uid), intake.needs(row.patient_uid)
    needs = offers.needs_from(told, stands.blocked) if told is not None else None
    if needs is None or fingerprint(needs) != row.outcome.asked:
        return False
    now = newest_outcomes([row.patient_uid]).get(row.patient_uid, Outcome())
    wanted = without(needs, row.outcome.relaxed)
    chosen = next((offer for offer in offers.all_offers(stands) if offer.uid == row.therapist_uid), None)
    return chosen is not None and chosen.uid not in now.passed and fits(wanted, chosen)


def _close_when_done(actor: Actor, batch_uid: UUID) -> None:
    session().flush()
    left = session().scalar(select(func.count()).where(Proposal.batch_uid == batch_uid, Proposal.state == ProposalState.PROPOSED))
    if not left:
        session().get_one(Batch, batch_uid).close(clock.now(), actor.uid)

