"""Offer freed times to those who wait, and let go of what nobody answered: each step its own transaction, so that a death in between loses nothing.

An offer, the claims on both people's time and the letter about it are stored together or not at all. A second worker, or the same one after a
crash, finds either the whole offer or the free time.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from vtclinic.core import clock
from vtclinic.core.audit import record
from vtclinic.core.errors import Conflict, NotFound
from vtclinic.core.i18n import gettext as _
from vtclinic.core.policy import SYSTEM, Actor, authorize
from vtclinic.core.uow import unit_of_work
from vtclinic.features.records import api as records
from vtclinic.features.scheduling.waiting import finding, holds, joining, letters, policy
from vtclinic.features.scheduling.waiting.finding import Candidate
from vtclinic.features.scheduling.waiting.models import Answer, TimeOffer, WaitEntry, Waits

MOST_UNANSWERED = 2
MOST_EXPIRED = 500


def offer_times() -> int:
    """Let go of what has ended and offer what is open, until nothing more fits; return how many offers were made."""
    let_go_of_expired()
    with unit_of_work(write=False):
        proposals = finding.plan(clock.now())
    made = 0
    for proposal in proposals:
        with unit_of_work():
            made += _offer_first(proposal)
    return made


def let_go_of_expired() -> None:
    """End every offer that was not answered in time."""
    now = clock.now()
    with unit_of_work(write=False) as db:
        wanted = select(TimeOffer.uid).where(TimeOffer.state == Answer.HELD, TimeOffer.expires_at <= now)
        over = list(db.scalars(wanted.order_by(TimeOffer.expires_at).limit(MOST_EXPIRED)))
    for uid in over:
        with unit_of_work():
            expire(uid, now)


def expire(uid: UUID, now: datetime) -> None:
    """End one offer if it is still unanswered; after two in a row the entry rests until the patient says that they still wait."""
    found = holds.offer(uid, lock=True)
    if found.state != Answer.HELD or found.is_held(now):
        return
    entry = joining.entry(found.entry_uid, lock=True)
    holds.let_go(found, Answer.EXPIRED)
    letters.take_back_offer(found)
    entry.unanswered += 1
    if entry.unanswered >= MOST_UNANSWERED and entry.state == Waits.WAITING:
        entry.state = Waits.RESTING
        letters.ask_whether_waiting(entry, found)
    record(SYSTEM, "waiting.expired", "time_offer", uid, patient_uid=found.patient_uid)


def offer_by_hand(actor: Actor, entry_uid: UUID, therapist_uid: UUID, start: datetime) -> TimeOffer:
    """Keep one open time for one person, out of turn; raise Conflict when it is not open to them any more."""
    entry = joining.entry(entry_uid, lock=True)
    authorize(actor, policy.can_help, records.patient(entry.patient_uid))
    if not entry.is_open:
        raise Conflict(_("This person is not on the list any more. Nothing was changed."))
    found = open_to(entry)
    chosen = next((each for each in found if each.therapist_uid == therapist_uid and each.slot.start == start), None)
    made = chosen and _keep(actor, entry, chosen)
    if not made:
        raise Conflict(_("This time is not free any more."), hint=_("Nothing was changed. Choose another time."))
    return made


def open_to(entry: WaitEntry) -> list[Candidate]:
    """Return the times staff can offer to somebody: what suits, the earliest with each therapist."""
    return finding.candidates(entry, clock.now(), most=24)


def _offer_first(proposal: finding.Proposal) -> bool:
    try:
        entry = joining.entry(proposal.entry_uid, lock=True)
    except NotFound:
        return False
    if entry.state != Waits.WAITING or holds.held_for(entry.uid) is not None:
        return False
    return any(_keep(SYSTEM, entry, candidate) is not None for candidate in proposal.candidates)


def _keep(actor: Actor, entry: WaitEntry, chosen: Candidate) -> TimeOffer | None:
    made = holds.keep(entry, chosen.therapist_uid, chosen.slot, until=chosen.until, by=actor.uid, service_uid=chosen.service_uid)
    if made is not None:
        letters.tell_offer(made)
        record(actor, "waiting.offered", "time_offer", made.uid, patient_uid=entry.patient_uid)
    return made
