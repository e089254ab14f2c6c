"""Looking again for patients who wait until somebody fits, and searching for everybody who waits."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from vtclinic.core import clock, jobs
from vtclinic.core.uow import unit_of_work
from vtclinic.features.matching import batch_run, outcomes, telling
from vtclinic.features.matching.asking import open_request
from vtclinic.features.matching.batching import JOB
from vtclinic.features.matching.models import MatchRequest, RequestKind
from vtclinic.features.matching.service import forget_kept, somebody_fits


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
    telling.somebody_fits(patient_uid, key=f"match:fits:{request.uid}")


@jobs.job(JOB)
def search(*, clinic: str, batch: str) -> None:
    """Find therapists for everybody who waits, as a proposal."""
    batch_run.run(UUID(batch))


@jobs.periodic("matching.count-track", seconds=86400)
def count_track(*, clinic: str) -> None:
    """Count closed cases anew where the clinic lets them count."""
    with unit_of_work():
        outcomes.count_track()
