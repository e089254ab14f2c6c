"""Nobody began in time: that is an alarm of its own."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import or_, select

from vtclinic.core import clock
from vtclinic.core.audit import record
from vtclinic.core.jobs import periodic
from vtclinic.core.policy import SYSTEM
from vtclinic.core.uow import unit_of_work
from vtclinic.features.crisis import notice
from vtclinic.features.crisis.ledger import write
from vtclinic.features.crisis.models import ActKind, RiskTask, TaskState

AGAIN = timedelta(hours=1)


@periodic("crisis.chase", seconds=60)
def chase(*, clinic: str) -> int:
    """Tell everybody on duty and the administrators about tasks whose promise passed, hourly until somebody begins."""
    now = clock.now()
    late = select(RiskTask).where(
        RiskTask.state == TaskState.RAISED, RiskTask.due_by < now, or_(RiskTask.chased_at.is_(None), RiskTask.chased_at < now - AGAIN)
    )
    with unit_of_work(write=False) as db:
        if db.scalars(late.limit(1)).first() is None:
            return 0
    with unit_of_work() as db:
        tasks = list(db.scalars(late.with_for_update()))
        for task in tasks:
            task.chased_at = now
            write(task, ActKind.UNANSWERED)
            notice.tell_all(task)
            record(SYSTEM, "risk.unanswered", "risk_task", task.uid, patient_uid=task.patient_uid)
        return len(tasks)
