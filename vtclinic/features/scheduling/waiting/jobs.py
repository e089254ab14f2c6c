"""Work that freed and passed times bring."""

from __future__ import annotations

from sqlalchemy import select

from vtclinic.core import jobs
from vtclinic.core.uow import unit_of_work
from vtclinic.features.scheduling.waiting import offering
from vtclinic.features.scheduling.waiting.holds import LOOK
from vtclinic.features.scheduling.waiting.models import Answer, TimeOffer, WaitEntry, Waits


@jobs.periodic(LOOK, seconds=60)
def offer_times(*, clinic: str) -> None:
    """Offer what is open to those who wait; most of the time there is nobody, and that costs two short queries."""
    with unit_of_work(write=False) as db:
        waits = db.scalar(select(WaitEntry.uid).where(WaitEntry.state == Waits.WAITING).limit(1))
        holds = db.scalar(select(TimeOffer.uid).where(TimeOffer.state == Answer.HELD).limit(1))
    if waits or holds:
        offering.offer_times()
