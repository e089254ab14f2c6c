"""Periodic work for running series."""

from __future__ import annotations

import logging

from vtclinic.core import jobs
from vtclinic.core.uow import unit_of_work
from vtclinic.features.scheduling.series import lookup, renewing

log = logging.getLogger(__name__)


@jobs.periodic("scheduling.series", seconds=900)
def keep_series(*, clinic: str) -> None:
    """Book what came into reach and follow the zones' data: a unit of work for each series, so that one that fails, or a kill, costs no other."""
    with unit_of_work(write=False):
        uids = list(lookup.running())
    for uid in uids:
        try:
            with unit_of_work():
                renewing.keep(uid)
        except Exception:
            log.exception("a series could not be kept; the next turn tries again")
