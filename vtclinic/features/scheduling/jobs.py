"""Work that time brings: reminders, and sessions whose time is over."""

from __future__ import annotations

import logging

from sqlalchemy import select

from vtclinic.core import clock, jobs
from vtclinic.core.uow import unit_of_work
from vtclinic.features.progress import api as progress
from vtclinic.features.scheduling import approving, placing, reminders
from vtclinic.features.scheduling.models import Appointment, State

log = logging.getLogger(__name__)

MOST = 200
MOST_REMINDERS = 500


@jobs.periodic("scheduling.remind", seconds=60)
def remind(*, clinic: str) -> None:
    """Plan what was booked or moved, and tell what is due; each reminder is told once, however often this runs and wherever it is killed."""
    # Twice: what was planned just now can be due already.
    for _turn in range(2):
        _remind_of_what_is_due()


@jobs.periodic("scheduling.finish", seconds=300)
def finish(*, clinic: str) -> None:
    """Note which sessions are over, and let go of their claims on time."""
    with unit_of_work() as db:
        wanted = select(Appointment).where(Appointment.state == State.BOOKED, Appointment.ends_at <= clock.now())
        over = list(db.scalars(wanted.order_by(Appointment.ends_at).limit(MOST)))
        for row in over:
            row.finish()
            progress.on_session_done(row.patient_uid, row.therapist_uid, row.uid, row.starts_at)
        placing.unclaim(*(row.uid for row in over))
        reminders.tidy()


@jobs.periodic("scheduling.expire_requests", seconds=300)
def expire_requests(*, clinic: str) -> None:
    """Let go of times that a therapist was asked for and did not accept, and tell the patients."""
    with unit_of_work():
        approving.expire()


def _remind_of_what_is_due() -> None:
    with unit_of_work(write=False):
        due = reminders.due(MOST_REMINDERS)
    for waiting in due:
        try:
            with unit_of_work():
                reminders.carry_out(waiting)
        except Exception as error:
            # One that cannot be told must not hold back the others; it is tried again.
            log.warning("a reminder waits", extra={"kind": type(error).__name__, "appointment": str(waiting.appointment_uid)})
