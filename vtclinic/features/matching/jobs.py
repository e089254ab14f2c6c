"""Looking again for patients who wait until somebody fits."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from vtclinic.core import clock, jobs
from vtclinic.core.outbox import queue_mail
from vtclinic.core.uow import unit_of_work
from vtclinic.features.matching.asking import open_request
from vtclinic.features.matching.models import MatchRequest, RequestKind
from vtclinic.features.matching.service import forget_kept, somebody_fits
from vtclinic.features.records import api as records
from vtclinic.identity.service import users


@jobs.periodic("matching.look-again", seconds=1800)
def tell_who_waits(*, clinic: str) -> None:
    """Write to patients for whom somebody fits by now, once each."""
    with unit_of_work(write=False) as db:
        wanted = select(MatchRequest.patient_uid).where(MatchRequest.kind == RequestKind.WAIT, MatchRequest.closed_at.is_(None))
        waiting = list(db.scalars(wanted.order_by(MatchRequest.asked_at)))
    for patient_uid in waiting:
        with unit_of_work():
            tell(patient_uid)


def tell(patient_uid: UUID) -> None:
    """Close the wait and write, if somebody fits now."""
    request = open_request(patient_uid, RequestKind.WAIT)
    if request is None or not somebody_fits(patient_uid):
        return
    request.close(clock.now(), None)
    forget_kept(patient_uid)
    reader = users([patient_uid]).get(patient_uid)
    patient = records.patient(patient_uid)
    if reader is not None and records.may_mail(patient):
        queue_mail(reader.email, "somebody-fits", {}, locale=reader.locale, timezone=reader.timezone, named=records.may_be_named(patient))
