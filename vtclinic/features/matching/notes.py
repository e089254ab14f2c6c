"""Notes without a name: what a therapist reads of people who wait and said yes to it, and what the therapist says to them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, exists, select

from vtclinic.core import clock
from vtclinic.core.audit import record
from vtclinic.core.errors import Invalid, NotFound
from vtclinic.core.i18n import gettext as _
from vtclinic.core.ids import new_id
from vtclinic.core.policy import Actor, authorize
from vtclinic.core.uow import session
from vtclinic.features.intake import api as intake
from vtclinic.features.matching import offers, policy
from vtclinic.features.matching.engine import AgeBand, PatientNeeds, fits
from vtclinic.features.matching.models import BlockedPair, Change, Interest, MatchRequest, RequestKind, Says
from vtclinic.features.matching.standing import Standing
from vtclinic.features.records import api as records
from vtclinic.features.staff import api as staff

MOST_RANK, MOST_WORDS = 9, 500


@dataclass(frozen=True)
class Note:
    """One person who waits, without name, gender, place, birthday or risk; `request_uid` stands for them."""

    request_uid: UUID
    since: datetime
    age: str
    languages: list[str]
    problems: list[str]
    formats: list[str]
    times: list[str]
    said: Interest | None = None


def own(actor: Actor) -> Note:
    """Return what therapists would read of the actor, so that the yes to it is an informed one."""
    authorize(actor, policy.can_choose)
    assert actor.uid is not None
    needs = offers.needs_of(actor.uid)
    if needs is None:
        raise NotFound()
    return _note(needs, actor.uid, clock.now(), None)


def for_therapist(actor: Actor) -> list[Note]:
    """Return notes of those whom this therapist could take if there were space, their chosen ones first, then the longest wait."""
    authorize(actor, policy.can_read_notes)
    found = _readable(actor)
    for request, _needs, _said in found:
        record(actor, "match.note-read", "match_request", request.uid, patient_uid=request.patient_uid)
    notes = [_note(needs, request.uid, request.asked_at, said) for request, needs, said in found]
    return sorted(notes, key=_order)


def say(actor: Actor, request_uid: UUID, says: str, *, rank: int | None = None, reason: str = "") -> Interest:
    """Say "interested", with a place in one's own order, or "not a fit"; the reason is read by its author alone."""
    authorize(actor, policy.can_read_notes)
    assert actor.uid is not None
    if says not in set(Says):
        raise NotFound()
    if (rank is not None and not 1 <= rank <= MOST_RANK) or len(reason) > MOST_WORDS:
        raise Invalid(_("Choose a number from 1 to 9, and write at most 500 characters."))
    request = next((request for request, _needs, _said in _readable(actor) if request.uid == request_uid), None)
    if request is None:
        raise NotFound()
    row = session().scalar(select(Interest).where(Interest.patient_uid == request.patient_uid, Interest.therapist_uid == actor.uid))
    if row is None:
        row = Interest(uid=new_id(), patient_uid=request.patient_uid, therapist_uid=actor.uid, says=says, said_at=clock.now())
        session().add(row)
    row.says, row.rank, row.said_at = says, rank if says == Says.INTERESTED else None, clock.now()
    row.reason = reason or None
    session().flush()
    record(actor, "match.note-answered", "match_request", request_uid, patient_uid=request.patient_uid, reason=says)
    return row


def take_back(actor: Actor, request_uid: UUID) -> None:
    """Say nothing about somebody after all."""
    authorize(actor, policy.can_read_notes)
    request = session().get(MatchRequest, request_uid)
    row = session().scalar(select(Interest).where(Interest.patient_uid == request.patient_uid, Interest.therapist_uid == actor.uid)) if request else None
    if row is None or request is None:
        raise NotFound()
    session().delete(row)
    record(actor, "match.note-answered", "match_request", request_uid, patient_uid=request.patient_uid, reason="taken-back")


def _readable(actor: Actor) -> list[tuple[MatchRequest, PatientNeeds, Interest | None]]:
    rows = {request.patient_uid: (request, said) for request, said in session().execute(_shown_to(actor))}
    own_offer = next((offer for offer in offers.all_offers(Standing()) if offer.uid == actor.uid), None)
    if own_offer is None or not rows:
        return []
    willing = replace(own_offer, caseload=0, capacity=1)
    found: list[tuple[MatchRequest, PatientNeeds, Interest | None]] = []
    for uid, told in intake.needs_of(rows).items():
        needs = offers.needs_from(told)
        if needs is not None and fits(needs, willing):
            found.append((rows[uid][0], needs, rows[uid][1]))
    return found


def _shown_to(actor: Actor) -> Select[MatchRequest, Interest]:
    """Select notes and what this therapist said; pairs kept apart, and who looks for somebody else than them, are left out."""
    patient, me = MatchRequest.patient_uid, actor.uid
    shown = MatchRequest.shown_since.is_not(None) & MatchRequest.closed_at.is_(None) & (MatchRequest.kind == RequestKind.WAIT)
    apart = exists().where(BlockedPair.patient_uid == patient, BlockedPair.therapist_uid == me, BlockedPair.lifted_at.is_(None))
    leaving = exists().where(Change.patient_uid == patient, Change.from_uid == me, Change.closed_at.is_(None))
    said = (Interest.patient_uid == patient) & (Interest.therapist_uid == me)
    return select(MatchRequest, Interest).outerjoin(Interest, said).where(shown, ~apart, ~leaving)


def _note(needs: PatientNeeds, request_uid: UUID, since: datetime, said: Interest | None) -> Note:
    return Note(
        request_uid=request_uid,
        since=since,
        age=str(staff.AGE_BANDS[AgeBand(needs.age_band)]),
        languages=records.language_names(sorted(needs.languages)),
        problems=staff.spoken(needs.problems, staff.SPECIALITIES),
        formats=staff.spoken(needs.formats, staff.FORMATS),
        times=staff.spoken(needs.times | needs.musts.get("times", frozenset()), staff.TIMES),
        said=said,
    )


def _order(note: Note) -> tuple[int, int, datetime]:
    if note.said is None:
        return 1, 0, note.since
    return (0 if note.said.says == Says.INTERESTED else 2), note.said.rank or MOST_RANK + 1, note.since
