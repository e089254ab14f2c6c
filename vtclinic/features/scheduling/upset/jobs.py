"""Looks at booked sessions and licences that time brings."""

from __future__ import annotations

from vtclinic.core import jobs
from vtclinic.core.uow import unit_of_work
from vtclinic.features.scheduling.upset import licences, sweeping


@jobs.periodic("scheduling.sweep-upset", seconds=1800)
def sweep(*, clinic: str) -> None:
    """See to sessions that cannot take place as booked."""
    with unit_of_work():
        sweeping.sweep()


@jobs.periodic("scheduling.licence-ends", seconds=6 * 3600)
def tell_of_licence_ends(*, clinic: str) -> None:
    """Tell of licences that end soon."""
    with unit_of_work():
        licences.tell_of_ends()
