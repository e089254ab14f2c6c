"""What a feed tells: its owner's appointments and sessions with seats of the last weeks and the coming year."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Select, and_, or_, select

from vtclinic.core.policy import THERAPIST
from vtclinic.core.uow import session
from vtclinic.features.scheduling.feeds.file import Entry
from vtclinic.features.scheduling.feeds.models import CalendarFeed
from vtclinic.features.scheduling.groups.models import GroupMember, GroupSession, GroupState, GroupTherapist, MemberState
from vtclinic.features.scheduling.models import Appointment, State

PAST = timedelta(weeks=6)
AHEAD = timedelta(days=400)
# So long what was called off is still told, so that a calendar that looks rarely learns of it too.
CALLED_OFF = timedelta(weeks=6)
MOST = 3000
_STATUS = {State.BOOKED: "CONFIRMED", State.DONE: "CONFIRMED", State.NO_SHOW: "CONFIRMED", State.REQUESTED: "TENTATIVE"}


def entries_of(feed: CalendarFeed, now: datetime) -> list[Entry]:
    """Return what a feed tells now, by time, with two queries."""
    own = [_appointment(row) for row in session().scalars(_appointments(feed, now))]
    return sorted([*own, *_groups(feed, now)], key=lambda entry: (entry.start, entry.uid))


def _appointments(feed: CalendarFeed, now: datetime) -> Select[Appointment]:
    whose = Appointment.therapist_uid if feed.role == THERAPIST else Appointment.patient_uid
    told = or_(Appointment.state.in_(list(_STATUS)), Appointment.changed_at > now - CALLED_OFF)
    return select(Appointment).where(whose == feed.owner_uid, Appointment.starts_at.between(now - PAST, now + AHEAD), told).order_by(Appointment.starts_at).limit(MOST)


def _appointment(row: Appointment) -> Entry:
    return Entry(row.uid, row.starts_at, row.ends_at, row.ics_sequence, row.changed_at, _STATUS.get(State(row.state), "CANCELLED"))


def _groups(feed: CalendarFeed, now: datetime) -> list[Entry]:
    when = GroupSession.starts_at.between(now - PAST, now + AHEAD)
    told = or_(GroupSession.state != GroupState.CANCELLED, GroupSession.changed_at > now - CALLED_OFF)
    if feed.role == THERAPIST:
        led = select(GroupSession).join(GroupTherapist, GroupTherapist.group_uid == GroupSession.uid).where(GroupTherapist.therapist_uid == feed.owner_uid, when, told)
        return [Entry(row.uid, row.starts_at, row.ends_at, row.ics_sequence, row.changed_at, _group_status(row.state != GroupState.CANCELLED)) for row in session().scalars(led)]
    takes = or_(GroupMember.state == MemberState.JOINED, and_(GroupMember.state == MemberState.LEFT, GroupMember.changed_at > now - CALLED_OFF))
    visited = select(GroupSession, GroupMember).join(GroupMember, GroupMember.group_uid == GroupSession.uid).where(GroupMember.patient_uid == feed.owner_uid, when, told, takes)
    # A seat's entry is its own, as in the letters about it, so that a calendar that has both holds one.
    return [
        Entry(seat.uid, row.starts_at, row.ends_at, seat.sequence, seat.changed_at, _group_status(row.state != GroupState.CANCELLED and seat.state == MemberState.JOINED))
        for row, seat in session().execute(visited)
    ]


def _group_status(on: bool) -> str:
    return "CONFIRMED" if on else "CANCELLED"
