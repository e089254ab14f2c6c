"""What intake brings."""

from vtclinic.core.feature import Feature
from vtclinic.features.intake import models  # noqa: F401 - its tables

intake = Feature("intake")
