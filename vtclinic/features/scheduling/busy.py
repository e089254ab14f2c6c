"""What takes people's time besides their hours, gathered from everything that knows some of it.

A source answers for many people at once with one query. It is asked for therapists and for the patient who looks, so whatever holds a
patient's time holds it with every therapist. Times reach to whole grains, as claims do: what is offered can be booked.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from functools import cache
from uuid import UUID

from sqlalchemy import BindParameter, Select, bindparam, or_, select

from vtclinic.core.uow import session
from vtclinic.features.scheduling.groups.taken import group_sessions
from vtclinic.features.scheduling.joint.taken import joint_sessions
from vtclinic.features.scheduling.models import HOLDING, Appointment, ceiling, floor
from vtclinic.features.scheduling.outside.busy import outside
from vtclinic.features.scheduling.times import Busy
from vtclinic.features.scheduling.waiting.kept import kept_times

# Long enough that a session begun before a window still reaches into it.
LONGEST = timedelta(hours=6)
Found = dict[UUID, list[Busy]]
Source = Callable[[Collection[UUID], datetime, datetime], Found]


def appointments(holder_uids: Collection[UUID], start: datetime, end: datetime) -> Found:
    """Return the sessions and requests of these people, on whichever side of them they are."""
    holders = set(holder_uids)
    found: Found = {}
    rows = session().execute(_appointments(), {"holders": list(holders), "since": start - LONGEST, "until": end})
    for therapist, patient, starts_at, ends_at in rows:
        entry = Busy(floor(starts_at), ceiling(ends_at))
        for uid in {therapist, patient} & holders:
            found.setdefault(uid, []).append(entry)
    return found


SOURCES: tuple[Source, ...] = (appointments, group_sessions, outside, kept_times, joint_sessions)


def busy_of(holder_uids: Collection[UUID], start: datetime, end: datetime) -> Found:
    """Return what is taken of each person's time in a stretch; everybody asked for is in it."""
    found: Found = {uid: [] for uid in holder_uids}
    for source in SOURCES:
        for uid, entries in source(holder_uids, start, end).items():
            found[uid] += entries
    return found


@cache
def _appointments() -> Select[UUID, UUID, datetime, datetime]:
    # Made once: to make it takes as long as to run it.
    holders: BindParameter[UUID] = bindparam("holders", expanding=True)
    whose = or_(Appointment.therapist_uid.in_(holders), Appointment.patient_uid.in_(holders))
    when = (Appointment.starts_at > bindparam("since")) & (Appointment.starts_at < bindparam("until"))
    return select(Appointment.therapist_uid, Appointment.patient_uid, Appointment.starts_at, Appointment.ends_at).where(whose, when, Appointment.state.in_(HOLDING))
