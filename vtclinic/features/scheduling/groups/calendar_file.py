"""The calendar entry of a session with seats: a seat's is its own, as is that of who leads; neither says what the time is for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from vtclinic.core.scope import current_clinic
from vtclinic.features.scheduling.groups.models import GroupMember, GroupSession
from vtclinic.features.scheduling.ics import Invitation, Method, appointment_ics
from vtclinic.identity.service import User


@dataclass(frozen=True)
class _Entry:
    uid: UUID
    sequence: int
    stamp: datetime
    zone: str


def of_seat(group: GroupSession, member: GroupMember, reader: User, method: Method = Method.REQUEST) -> str:
    """Return a patient's; its UID is the seat's for good, and its sequence rises with every change of theirs or of the session."""
    return _file(group, _Entry(member.uid, member.sequence, member.changed_at, member.zone), reader, method)


def of_session(group: GroupSession, reader: User) -> str:
    """Return that of one who leads it."""
    return _file(group, _Entry(group.uid, group.ics_sequence, group.changed_at, reader.timezone), reader, Method.REQUEST)


def _file(group: GroupSession, entry: _Entry, reader: User, method: Method) -> str:
    invitation = Invitation(
        uid=entry.uid,
        start=group.starts_at,
        end=group.ends_at,
        zone=entry.zone,
        sequence=entry.sequence,
        stamp=entry.stamp,
        organizer=f"no-reply@{current_clinic().host}",
        attendee=reader.email,
    )
    return appointment_ics(invitation, method=method).decode()
