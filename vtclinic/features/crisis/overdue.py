"""A ladder that stands still: steps that were due long ago tell that no worker takes them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import func, select

from vtclinic.features.crisis.models import RiskTask, TaskState
from vtclinic.tenants.doctor.databases import ask, served
from vtclinic.tenants.doctor.finding import Finding, Level, Rounds
from vtclinic.tenants.instance import clinic_url
from vtclinic.tenants.models import ClinicState

# Steps are taken once a minute.
LATE = timedelta(minutes=10)


def risk_tasks_move_on(rounds: Rounds) -> Iterator[Finding]:
    """No risk task waits for a step that was due long ago."""
    overdue = select(func.count()).select_from(RiskTask).where(RiskTask.state == TaskState.RAISED, RiskTask.climb_at < rounds.now - LATE)
    for clinic in served(rounds):
        waiting = int(ask(clinic_url(rounds.settings, clinic), overdue) or 0) if clinic.state == ClinicState.ACTIVE else 0
        if waiting:
            words = "1 risk task" if waiting == 1 else f"{waiting} risk tasks"
            sentence = f"{words} of {clinic.slug} should have gone to the next person more than 10 minutes ago: no worker takes the steps."
            yield Finding("risk tasks", sentence, "Start vtclinic serve, or look at the log of its worker.", Level.WARNING)
