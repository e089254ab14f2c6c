"""Periodic work for sessions with seats."""

from __future__ import annotations

from vtclinic.core import jobs
from vtclinic.core.uow import unit_of_work
from vtclinic.features.scheduling.groups import seating


@jobs.periodic("scheduling.groups", seconds=300)
def finish_groups(*, clinic: str) -> None:
    """Note which sessions are over."""
    with unit_of_work():
        seating.finish()
