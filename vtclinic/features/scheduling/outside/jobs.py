"""Reading calendars elsewhere, again and again."""

from __future__ import annotations

from uuid import UUID

from vtclinic.core import jobs
from vtclinic.core.uow import unit_of_work
from vtclinic.features.scheduling.outside import service

MOST = 100


@jobs.periodic("scheduling.read_due_outside", seconds=120)
def read_due(*, clinic: str) -> None:
    """Queue the calendars whose time has come, each as a job of its own: a slow server holds up nobody else's."""
    with unit_of_work(write=False):
        waiting = service.any_due()
    if not waiting:
        return
    with unit_of_work():
        for uid in service.due(MOST):
            jobs.enqueue("scheduling.read_outside", clinic=clinic, calendar=uid)


@jobs.job("scheduling.read_outside", retries=0)
def read_one(*, clinic: str, calendar: str) -> None:
    """Read one calendar; how it went stands on the therapist's page, and the next try is planned there too."""
    service.read_calendar(UUID(calendar))
