"""What sessions with seats take of people's time."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from functools import cache
from uuid import UUID

from sqlalchemy import BindParameter, CompoundSelect, bindparam, select, union_all

from vtclinic.core.uow import session
from vtclinic.features.scheduling.groups.models import GroupMember, GroupSession, GroupState, GroupTherapist, MemberState
from vtclinic.features.scheduling.models import ceiling, floor
from vtclinic.features.scheduling.times import Busy

# Long enough that a session begun before a window still reaches into it.
LONGEST = timedelta(hours=6)


def group_sessions(holder_uids: Collection[UUID], start: datetime, end: datetime) -> dict[UUID, list[Busy]]:
    """Return the planned sessions with seats that these people lead, or have a seat in, with one query."""
    found: dict[UUID, list[Busy]] = {}
    rows = session().execute(_taken(), {"holders": list(holder_uids), "since": start - LONGEST, "until": end})
    for holder, starts_at, ends_at in rows:
        found.setdefault(holder, []).append(Busy(floor(starts_at), ceiling(ends_at)))
    return found


@cache
def _taken() -> CompoundSelect[UUID, datetime, datetime]:
    # Made once: to make it takes as long as to run it.
    holders: BindParameter[UUID] = bindparam("holders", expanding=True)
    when = (GroupSession.state == GroupState.PLANNED) & (GroupSession.starts_at > bindparam("since")) & (GroupSession.starts_at < bindparam("until"))
    times = (GroupSession.starts_at, GroupSession.ends_at)
    led = select(GroupTherapist.therapist_uid, *times).join(GroupSession, GroupSession.uid == GroupTherapist.group_uid)
    visited = select(GroupMember.patient_uid, *times).join(GroupSession, GroupSession.uid == GroupMember.group_uid).where(GroupMember.state == MemberState.JOINED)
    return union_all(led.where(when, GroupTherapist.therapist_uid.in_(holders)), visited.where(when, GroupMember.patient_uid.in_(holders)))
