"""What staff brings."""

from vtclinic.core.feature import Feature
from vtclinic.features.staff import models  # noqa: F401 - its tables

staff = Feature("staff")
