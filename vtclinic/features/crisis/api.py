"""What other features may use of crisis."""

from vtclinic.features.crisis.models import Level, RiskTask, TaskState
from vtclinic.features.crisis.reading import count_open, count_unowned, counts, open_tasks, open_tasks_about

__all__ = ["Level", "RiskTask", "TaskState", "count_open", "count_unowned", "counts", "open_tasks", "open_tasks_about"]
