"""What other features may use of crisis."""

from vtclinic.features.crisis.finding import HELP_SHOWN, Finding, add_source, found_in, look_at, recently_found
from vtclinic.features.crisis.models import Level, RiskTask, TaskState
from vtclinic.features.crisis.reading import counts, open_tasks, open_tasks_about, unowned_count, worried_about

__all__ = [
    "HELP_SHOWN",
    "Finding",
    "Level",
    "RiskTask",
    "TaskState",
    "add_source",
    "counts",
    "found_in",
    "look_at",
    "open_tasks",
    "open_tasks_about",
    "recently_found",
    "unowned_count",
    "worried_about",
]
