"""When therapists are busy by calendars they keep elsewhere: a source of busy time."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from vtclinic.features.scheduling.outside.models import OutsideBusy
from vtclinic.features.scheduling.taking import HOLDERS, START, UNTIL, Part, part


def outside() -> Iterator[Part]:
    """Say when people are busy elsewhere; that is no session, and needs no quiet time around it."""
    when = (OutsideBusy.ends_at > START) & (OutsideBusy.starts_at < UNTIL)
    yield select(*part(OutsideBusy.therapist_uid, OutsideBusy.starts_at, OutsideBusy.ends_at, session=False)).where(OutsideBusy.therapist_uid.in_(HOLDERS), when)
