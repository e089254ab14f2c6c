"""Changing to somebody else without a talk about it: the care one has goes on until new care begins."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from vtclinic.core import clock
from vtclinic.core.audit import record
from vtclinic.core.errors import Invalid, NotFound
from vtclinic.core.i18n import gettext as _
from vtclinic.core.i18n import lazy
from vtclinic.core.ids import new_id
from vtclinic.core.policy import SYSTEM, Actor, authorize
from vtclinic.core.uow import session
from vtclinic.features.matching import policy, telling
from vtclinic.features.matching.models import BlockedBy, BlockedPair, Change, Proposal, ProposalState
from vtclinic.features.matching.service import forget_kept, match_anew
from vtclinic.features.records import api as records

REASONS: Mapping[str, object] = {
    "no-match": lazy("We do not get on as I hoped"),
    "way": lazy("I would like another way of working"),
    "times": lazy("The times do not work"),
    "happened": lazy("Something happened that did not feel right"),
    "other": lazy("Something else"),
}


def begin(actor: Actor, therapist_uid: UUID, *, reason: str = "", block: bool = False) -> Change:
    """Look for somebody else than a therapist who cares for the actor; asking twice is asking once. Raises NotFound without such care."""
    authorize(actor, policy.can_choose)
    assert actor.uid is not None
    if not records.in_care(actor.uid, therapist_uid):
        raise NotFound()
    if reason and reason not in REASONS:
        raise Invalid(_("Choose one of the answers shown."), fields={"reason": _("Choose one of the answers shown.")})
    change = _open(actor.uid) or _made(actor, therapist_uid)
    change.from_uid, change.reason = therapist_uid, reason or change.reason
    if block:
        block_pair(actor, actor.uid, therapist_uid, BlockedBy.PATIENT)
    session().flush()
    match_anew(actor, "changing")
    return change


def stay(actor: Actor) -> None:
    """Stay with the therapist one has; a block said with it is taken back too."""
    authorize(actor, policy.can_choose)
    assert actor.uid is not None
    change = _open(actor.uid)
    if change is None:
        return
    change.close(clock.now(), changed=False)
    mine = (BlockedPair.patient_uid == actor.uid) & (BlockedPair.therapist_uid == change.from_uid) & (BlockedPair.by == BlockedBy.PATIENT)
    session().execute(update(BlockedPair).where(mine, BlockedPair.lifted_at.is_(None)).values(lifted_at=clock.now()))
    forget_kept(actor.uid)
    record(actor, "match.change-stopped", "match_change", change.uid, patient_uid=actor.uid)


def care_opened(patient_uid: UUID, therapist_uid: UUID) -> None:
    """End what new care ends: a place kept for this patient, and, when they were changing, the care before it."""
    held = (Proposal.patient_uid == patient_uid) & (Proposal.state == ProposalState.ACCEPTED) & (Proposal.held_until > clock.now())
    session().execute(update(Proposal).where(held).values(held_until=clock.now()))
    change = _open(patient_uid)
    if change is None or change.from_uid == therapist_uid:
        return
    change.close(clock.now(), changed=True)
    session().flush()
    if records.in_care(patient_uid, change.from_uid):
        records.end_care(SYSTEM, patient_uid, change.from_uid)
        telling.client_left(change)


def care_ended(patient_uid: UUID, therapist_uid: UUID) -> None:
    """Note that there is nobody to change from any more."""
    change = _open(patient_uid)
    if change is not None and change.from_uid == therapist_uid:
        change.close(clock.now(), changed=False)


def block_pair(actor: Actor, patient_uid: UUID, therapist_uid: UUID, by: BlockedBy) -> None:
    """Never offer these two to each other; saying it twice is saying it once. The caller has authorised."""
    made = BlockedPair(uid=new_id(), patient_uid=patient_uid, therapist_uid=therapist_uid, by=by, since=clock.now())
    try:
        with session().begin_nested():
            session().add(made)
    except IntegrityError:
        return
    record(actor, "match.pair-blocked", "therapist", therapist_uid, patient_uid=patient_uid)


def _open(patient_uid: UUID) -> Change | None:
    return session().scalar(select(Change).where(Change.patient_uid == patient_uid, Change.closed_at.is_(None)))


def _made(actor: Actor, therapist_uid: UUID) -> Change:
    assert actor.uid is not None
    made = Change(uid=new_id(), patient_uid=actor.uid, from_uid=therapist_uid, asked_at=clock.now(), changed=False)
    try:
        with session().begin_nested():
            session().add(made)
    except IntegrityError:
        known = _open(actor.uid)
        assert known is not None  # the index refused a second open one
        return known
    record(actor, "match.change-asked", "match_change", made.uid, patient_uid=actor.uid)
    return made
