"""What sessions with seats take of people's time."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from vtclinic.features.scheduling.groups.models import GroupMember, GroupSession, GroupState, GroupTherapist, MemberState
from vtclinic.features.scheduling.taking import HOLDERS, SINCE, UNTIL, Part, part


def group_sessions() -> Iterator[Part]:
    """Say which planned sessions with seats people lead, or have a seat in."""
    when = (GroupSession.state == GroupState.PLANNED) & (GroupSession.starts_at > SINCE) & (GroupSession.starts_at < UNTIL)
    sessions = select(*part(GroupTherapist.therapist_uid, GroupSession.starts_at, GroupSession.ends_at)).join(GroupSession, GroupSession.uid == GroupTherapist.group_uid)
    yield sessions.where(when, GroupTherapist.therapist_uid.in_(HOLDERS))
    seats = select(*part(GroupMember.patient_uid, GroupSession.starts_at, GroupSession.ends_at)).join(GroupSession, GroupSession.uid == GroupMember.group_uid)
    yield seats.where(when, GroupMember.state == MemberState.JOINED, GroupMember.patient_uid.in_(HOLDERS))
