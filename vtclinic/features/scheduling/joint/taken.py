"""Sessions in which a therapist takes part beside another one, as everybody's open times see them: taken."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from functools import cache
from uuid import UUID

from sqlalchemy import BindParameter, Select, bindparam, select

from vtclinic.core.uow import session
from vtclinic.features.scheduling.models import HOLDING, Appointment, JointTherapist, ceiling, floor
from vtclinic.features.scheduling.times import Busy


def joint_sessions(holder_uids: Collection[UUID], start: datetime, end: datetime) -> dict[UUID, list[Busy]]:
    """Return the joint sessions of these therapists."""
    found: dict[UUID, list[Busy]] = {}
    for uid, starts_at, ends_at in session().execute(_joint(), {"holders": list(holder_uids), "start": start, "end": end}):
        found.setdefault(uid, []).append(Busy(floor(starts_at), ceiling(ends_at)))
    return found


@cache
def _joint() -> Select[UUID, datetime, datetime]:
    holders: BindParameter[UUID] = bindparam("holders", expanding=True)
    when = (Appointment.ends_at > bindparam("start")) & (Appointment.starts_at < bindparam("end"))
    joined = select(JointTherapist.therapist_uid, Appointment.starts_at, Appointment.ends_at).join(Appointment, Appointment.uid == JointTherapist.appointment_uid)
    return joined.where(JointTherapist.therapist_uid.in_(holders), when, Appointment.state.in_(HOLDING))
