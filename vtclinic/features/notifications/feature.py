"""What notifications bring."""

from vtclinic.core.feature import Feature
from vtclinic.features.notifications import (
    jobs,  # noqa: F401 - sends push messages
    models,  # noqa: F401 - its tables
)

notifications = Feature("notifications")
