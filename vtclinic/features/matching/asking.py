"""Asking a person to help choose, or to be told when somebody fits; and the clinic's list of who waits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.exc import IntegrityError

from vtclinic.core import clock
from vtclinic.core.audit import record
from vtclinic.core.errors import NotFound
from vtclinic.core.ids import new_id
from vtclinic.core.policy import Actor, authorize
from vtclinic.core.uow import once, session
from vtclinic.features.matching import policy
from vtclinic.features.matching.models import MatchRequest, RequestKind
from vtclinic.identity.service import User, users


@dataclass(frozen=True)
class Waiting:
    """One line of the clinic's list: who waits, since when, and for what."""

    request: MatchRequest
    person: User


def ask(actor: Actor, kind: RequestKind) -> MatchRequest:
    """Note that this patient waits; asking twice is asking once."""
    authorize(actor, policy.can_choose)
    assert actor.uid is not None
    known = open_request(actor.uid, kind)
    if known is not None:
        return known
    made = MatchRequest(uid=new_id(), patient_uid=actor.uid, kind=kind, asked_at=clock.now())
    try:
        with session().begin_nested():
            session().add(made)
    except IntegrityError:
        known = open_request(actor.uid, kind)
        assert known is not None  # the index refused a second open one
        return known
    record(actor, "match.asked", "match_request", made.uid, patient_uid=actor.uid, reason=kind)
    return made


def stop_waiting(actor: Actor, kind: RequestKind) -> None:
    """Take the request back."""
    authorize(actor, policy.can_choose)
    assert actor.uid is not None
    known = open_request(actor.uid, kind)
    if known is not None:
        known.close(clock.now(), actor.uid)
        record(actor, "match.asked-no-more", "match_request", known.uid, patient_uid=actor.uid)


def open_request(patient_uid: UUID, kind: RequestKind) -> MatchRequest | None:
    """Return a patient's open request of one kind."""
    return session().scalar(select(MatchRequest).where(MatchRequest.patient_uid == patient_uid, MatchRequest.kind == kind, MatchRequest.closed_at.is_(None)))


def waiting(actor: Actor) -> list[Waiting]:
    """Return who waits, the longest first."""
    authorize(actor, policy.can_help)
    rows = list(session().scalars(select(MatchRequest).where(MatchRequest.closed_at.is_(None)).order_by(MatchRequest.asked_at)))
    people = users(row.patient_uid for row in rows)
    return [Waiting(row, people[row.patient_uid]) for row in rows if row.patient_uid in people]


@once
def count_waiting(actor: Actor) -> int:
    """Count patients who asked for a person; 0 for whoever may not help."""
    return session().scalar(select(waiting_count(actor))) or 0 if policy.can_help(actor) else 0


def waiting_count(_actor: Actor) -> ScalarSelect[int]:
    """Return how to count patients who asked for a person, for an administrator's navigation."""
    asked = select(func.count()).select_from(MatchRequest).where(MatchRequest.closed_at.is_(None), MatchRequest.kind == RequestKind.PERSON)
    return asked.scalar_subquery()


def close_request(actor: Actor, uid: UUID) -> None:
    """Note that the clinic has helped; a second press changes nothing."""
    authorize(actor, policy.can_help)
    found = session().get(MatchRequest, uid)
    if found is None:
        raise NotFound()
    if found.is_open:
        found.close(clock.now(), actor.uid)
        record(actor, "match.helped", "match_request", uid, patient_uid=found.patient_uid)


def close_all(actor: Actor, patient_uid: UUID, kinds: Iterable[RequestKind] = tuple(RequestKind)) -> None:
    """Close a patient's open requests: they have found somebody."""
    for kind in kinds:
        known = open_request(patient_uid, kind)
        if known is not None:
            known.close(clock.now(), actor.uid)
