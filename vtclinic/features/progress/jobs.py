"""What time brings: questionnaires every so many weeks, and the end of those nobody finished."""

from __future__ import annotations

from vtclinic.core.jobs import periodic
from vtclinic.core.uow import unit_of_work
from vtclinic.features.progress import giving


@periodic("progress.plan", seconds=3600)
def plan(*, clinic: str) -> None:
    """Give what is due and close what is over; each in a unit of its own, so a killed worker leaves whole ones."""
    with unit_of_work(write=False):
        due, over = list(giving.weekly_due()), giving.overdue()
    for uid in over:
        with unit_of_work():
            giving.close(uid)
    for rule_uid, patient_uid, point in due:
        with unit_of_work():
            giving.give_weekly(rule_uid, patient_uid, point)
