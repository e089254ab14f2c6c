"""Times kept for somebody, as everybody else's open times see them: taken."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from functools import cache
from uuid import UUID

from sqlalchemy import BindParameter, Select, bindparam, or_, select

from vtclinic.core.uow import session
from vtclinic.features.scheduling.models import ceiling, floor
from vtclinic.features.scheduling.times import Busy
from vtclinic.features.scheduling.waiting.models import Answer, TimeOffer


def kept_times(holder_uids: Collection[UUID], start: datetime, end: datetime) -> dict[UUID, list[Busy]]:
    """Return the times that are kept with or for these people; one whose end has passed is taken until the sweep lets it go."""
    holders = set(holder_uids)
    found: dict[UUID, list[Busy]] = {}
    for therapist, patient, starts_at, ends_at in session().execute(_kept(), {"holders": list(holders), "start": start, "end": end}):
        entry = Busy(floor(starts_at), ceiling(ends_at))
        for uid in {therapist, patient} & holders:
            found.setdefault(uid, []).append(entry)
    return found


@cache
def _kept() -> Select[UUID, UUID, datetime, datetime]:
    holders: BindParameter[UUID] = bindparam("holders", expanding=True)
    whose = or_(TimeOffer.therapist_uid.in_(holders), TimeOffer.patient_uid.in_(holders))
    when = (TimeOffer.ends_at > bindparam("start")) & (TimeOffer.starts_at < bindparam("end"))
    return select(TimeOffer.therapist_uid, TimeOffer.patient_uid, TimeOffer.starts_at, TimeOffer.ends_at).where(TimeOffer.state == Answer.HELD, whose, when)
