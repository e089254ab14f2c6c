"""What other features may use of crisis."""

from vtclinic.features.crisis.finding import HELP_SHOWN, Finding, add_source, found_in, look_at, recently_found
from vtclinic.features.crisis.models import Level, RiskTask, TaskState
from vtclinic.features.crisis.reading import count_unowned, counts, open_tasks, open_tasks_about, worried_about

__all__ = [
    "HELP_SHOWN",
    "Finding",
    "Level",
    "RiskTask",
    "TaskState",
    "add_source",
    "count_unowned",
    "counts",
    "found_in",
    "look_at",
    "open_tasks",
    "open_tasks_about",
    "recently_found",
    "worried_about",
]
