"""What console brings."""

from vtclinic.console import models  # noqa: F401 - its tables belong to the control database
from vtclinic.core.feature import Feature

console = Feature("console")
