"""The ladder keeps its times: once a minute each task whose step is due takes it."""

from __future__ import annotations

from vtclinic.core import clock
from vtclinic.core.jobs import periodic
from vtclinic.core.uow import unit_of_work
from vtclinic.features.crisis import ladder


@periodic("crisis.climb", seconds=60)
def climb(*, clinic: str) -> int:
    """Take the steps that are due, each in a transaction of its own: one that fails keeps no other back."""
    with unit_of_work(write=False):
        waiting = ladder.waiting(clock.now())
    taken = 0
    for uid in waiting:
        with unit_of_work():
            taken += ladder.climb(uid)
    return taken
