"""When therapists are busy by calendars they keep elsewhere: a source of busy time."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from functools import cache
from uuid import UUID

from sqlalchemy import Select, bindparam, select

from vtclinic.core.uow import session
from vtclinic.features.scheduling.models import ceiling, floor
from vtclinic.features.scheduling.outside.models import OutsideBusy
from vtclinic.features.scheduling.times import Busy


def outside(holder_uids: Collection[UUID], start: datetime, end: datetime) -> dict[UUID, list[Busy]]:
    """Return when these people are busy elsewhere; that is no session, and needs no quiet time around it."""
    found: dict[UUID, list[Busy]] = {}
    for therapist, starts_at, ends_at in session().execute(_within(), {"holders": list(holder_uids), "start": start, "end": end}):
        found.setdefault(therapist, []).append(Busy(floor(starts_at), ceiling(ends_at), session=False))
    return found


@cache
def _within() -> Select[UUID, datetime, datetime]:
    # Made once: to make it takes as long as to run it.
    when = (OutsideBusy.ends_at > bindparam("start")) & (OutsideBusy.starts_at < bindparam("end"))
    return select(OutsideBusy.therapist_uid, OutsideBusy.starts_at, OutsideBusy.ends_at).where(OutsideBusy.therapist_uid.in_(bindparam("holders", expanding=True)), when)
