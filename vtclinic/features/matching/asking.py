"""Asking a person to help choose, or to be told when somebody fits; and the clinic's list of who waits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.exc import IntegrityError

from vtclinic.core import clock
from vtclinic.core.audit import record
from vtclinic.core.errors import Conflict, NotFound
from vtclinic.core.i18n import gettext as _
from vtclinic.core.ids import new_id
from vtclinic.core.policy import Actor, authorize
from vtclinic.core.uow import once, session
from vtclinic.features.intake import api as intake
from vtclinic.features.matching import policy, telling
from vtclinic.features.matching.models import MatchRequest, Proposal, ProposalState, RequestKind
from vtclinic.identity.service import User, users

_NOBODY = UUID(int=0)


@dataclass(frozen=True)
class Waiting:
    """One line of the clinic's list: who waits and since when, what they asked for, and who of the clinic has taken it.

    `held` when choices were sent to them already and a place is kept.
    """

    person: User
    since: datetime
    requests: Mapping[str, MatchRequest]
    owner: User | None
    has_care: bool
    held: bool

    @property
    def asked(self) -> MatchRequest | None:
        """Return the request for a person, if it is open."""
        return self.requests.get(RequestKind.PERSON)


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
    if kind is RequestKind.PERSON:
        telling.somebody_asks(made.uid)
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


def show_note(actor: Actor, *, shown: bool) -> None:
    """Let therapists who would fit see a note without a name, or let them no more; only while the patient waits."""
    authorize(actor, policy.can_choose)
    assert actor.uid is not None
    known = open_request(actor.uid, RequestKind.WAIT)
    if known is None:
        raise NotFound()
    if shown != (known.shown_since is not None):
        known.shown_since = clock.now() if shown else None
        record(actor, "match.note-shown" if shown else "match.note-hidden", "match_request", known.uid, patient_uid=actor.uid)


def waiting(actor: Actor) -> list[Waiting]:
    """Return everybody who has nobody caring for them or asked for help, the longest first; four queries."""
    authorize(actor, policy.can_help)
    since, requests = intake.waiting_for_care(), _open_requests()
    held = set(session().scalars(select(Proposal.patient_uid).where(Proposal.state == ProposalState.ACCEPTED, Proposal.held_until > clock.now())))
    owners = {row.owner_uid for mine in requests.values() for row in mine.values() if row.owner_uid is not None}
    people = users({*since, *requests, *owners})
    listed = [
        Waiting(people[uid], since.get(uid) or min(row.asked_at for row in mine.values()), mine, people.get(_owner(mine)), uid not in since, uid in held)
        for uid in {*since, *requests}
        if uid in people
        for mine in [requests.get(uid, {})]
    ]
    return sorted(listed, key=lambda line: (line.asked is None, line.since, line.person.uid))


def take(actor: Actor, uid: UUID) -> MatchRequest:
    """Make a request the actor's; of two who press at once the first keeps it, and the other is told."""
    authorize(actor, policy.can_help)
    found = session().get(MatchRequest, uid, with_for_update=True)
    if found is None:
        raise NotFound()
    if not found.is_open:
        raise Conflict(_("This was closed meanwhile."))
    if found.owner_uid not in (None, actor.uid):
        raise Conflict(_("A colleague has taken this already."))
    if found.owner_uid is None:
        found.owner_uid = actor.uid
        record(actor, "match.taken", "match_request", uid, patient_uid=found.patient_uid)
    return found


def _open_requests() -> dict[UUID, dict[str, MatchRequest]]:
    found: dict[UUID, dict[str, MatchRequest]] = {}
    for row in session().scalars(select(MatchRequest).where(MatchRequest.closed_at.is_(None)).order_by(MatchRequest.asked_at)):
        found.setdefault(row.patient_uid, {})[row.kind] = row
    return found


def _owner(mine: Mapping[str, MatchRequest]) -> UUID:
    return next((row.owner_uid for row in mine.values() if row.owner_uid is not None), _NOBODY)


@once
def count_waiting(actor: Actor) -> int:
    """Count patients who asked for a person; 0 for whoever may not help."""
    return session().scalar(select(waiting_count())) or 0 if policy.can_help(actor) else 0


def waiting_count() -> ScalarSelect[int]:
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
