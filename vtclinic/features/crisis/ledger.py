"""Writing a line into a task's ledger."""

from __future__ import annotations

from uuid import UUID

from vtclinic.core import clock
from vtclinic.core.uow import session
from vtclinic.features.crisis.models import ActKind, RiskAct, RiskTask


def write(task: RiskTask, kind: ActKind, *, by: UUID | None = None, about: UUID | None = None, words: str | None = None) -> RiskAct:
    """Add a line; it is never changed afterwards."""
    line = RiskAct(task_uid=task.uid, patient_uid=task.patient_uid, at=clock.now(), actor_uid=by, about_uid=about, kind=kind, words=words or None)
    session().add(line)
    return line
