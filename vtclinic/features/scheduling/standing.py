"""What a patient's session pages say besides the sessions: a place on the waiting list, a time kept, sessions that need a change."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from vtclinic.core import clock
from vtclinic.core.uow import session
from vtclinic.features.scheduling.models import HOLDING, Appointment
from vtclinic.features.scheduling.upset.models import SessionTrouble
from vtclinic.features.scheduling.waiting import holds
from vtclinic.features.scheduling.waiting.models import OPEN, TimeOffer, WaitEntry


@dataclass(frozen=True)
class Standing:
    """What stands open for a patient; `upset` are sessions that need a change, by their uid."""

    waits: bool
    offer: TimeOffer | None
    upset: frozenset[UUID]
    back: bool = False


def standing(patient_uid: UUID, of: Appointment | None = None) -> Standing:
    """Return what stands open, with two queries; for one session also whether its place on the list can be taken up again. The caller has authorised."""
    wanted = select(WaitEntry.uid, TimeOffer).outerjoin(TimeOffer, TimeOffer.held_of == WaitEntry.uid)
    entry = session().execute(wanted.where(WaitEntry.patient_uid == patient_uid, WaitEntry.state.in_(OPEN))).first()
    offer = entry[1] if entry is not None and entry[1] is not None and entry[1].is_held(clock.now()) else None
    troubled = (
        select(SessionTrouble.appointment_uid)
        .join(Appointment, Appointment.uid == SessionTrouble.appointment_uid)
        .where(SessionTrouble.patient_uid == patient_uid, SessionTrouble.settled_at.is_(None), Appointment.starts_at > clock.now())
    )
    back = of is not None and entry is None and of.state not in HOLDING and holds.accepted_for(of.uid) is not None
    return Standing(entry is not None, offer, frozenset(session().scalars(troubled)), back)
