"""Times kept for somebody: made with a claim on both people's time, and let go with it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from vtclinic.core import clock, jobs
from vtclinic.core.errors import NotFound
from vtclinic.core.ids import new_id
from vtclinic.core.scope import current_clinic
from vtclinic.core.uow import session
from vtclinic.features.scheduling import placing
from vtclinic.features.scheduling.models import ClaimKind
from vtclinic.features.scheduling.times import Slot
from vtclinic.features.scheduling.waiting.models import Answer, TimeOffer, WaitEntry

LOOK = "scheduling.offer-times"


def offer(uid: UUID, *, lock: bool = False) -> TimeOffer:
    """Return one kept time, the newest state when locked; raise NotFound."""
    found = session().get(TimeOffer, uid, with_for_update=lock, populate_existing=lock)
    if found is None:
        raise NotFound()
    return found


def held_for(entry_uid: UUID) -> TimeOffer | None:
    """Return the time that is kept for an entry, or None."""
    return session().scalar(select(TimeOffer).where(TimeOffer.held_of == entry_uid))


def keep(entry: WaitEntry, therapist_uid: UUID, slot: Slot, *, until: datetime, by: UUID | None, service_uid: UUID | None = None) -> TimeOffer | None:
    """Keep a time for somebody; None when it is taken, or was theirs to take before, or another one is kept for them already."""
    made = TimeOffer(
        uid=new_id(), entry_uid=entry.uid, patient_uid=entry.patient_uid, therapist_uid=therapist_uid, service_uid=service_uid, held_of=entry.uid,
        starts_at=slot.start, ends_at=slot.end, expires_at=until, made_at=clock.now(), made_by=by, state=Answer.HELD,
    )
    try:
        with session().begin_nested():
            session().add(made)
            session().flush()
            placing.claim((therapist_uid, entry.patient_uid), slot.start, slot.end, for_uid=made.uid, kind=ClaimKind.HOLD)
    except (IntegrityError, placing.SlotTaken):
        return None
    return made


def let_go(found: TimeOffer, state: Answer) -> None:
    """End a kept time; the time is free for others."""
    found.end(state, clock.now())
    placing.unclaim(found.uid)
    look_soon()


def let_go_of(entry: WaitEntry, state: Answer) -> None:
    """End what is kept for an entry, if anything is."""
    found = held_for(entry.uid)
    if found is not None:
        let_go(offer(found.uid, lock=True), state)


def forget_accepted(entry_uid: UUID) -> None:
    """Let a time that was accepted and then called off be offered to the same person again."""
    session().execute(delete(TimeOffer).where(TimeOffer.entry_uid == entry_uid, TimeOffer.state == Answer.ACCEPTED))


def withdraw_of_therapist(therapist_uid: UUID) -> None:
    """Let go of every time kept with somebody who does not work here any more."""
    wanted = select(TimeOffer.uid).where(TimeOffer.therapist_uid == therapist_uid, TimeOffer.state == Answer.HELD)
    for uid in list(session().scalars(wanted)):
        let_go(offer(uid, lock=True), Answer.WITHDRAWN)


def accepted_for(appointment_uid: UUID) -> TimeOffer | None:
    """Return the kept time that became this session, or None."""
    return session().scalar(select(TimeOffer).where(TimeOffer.appointment_uid == appointment_uid))


def look_soon() -> None:
    """Look for free times for those who wait once this unit of work has committed."""
    jobs.enqueue(LOOK, clinic=current_clinic().slug)


