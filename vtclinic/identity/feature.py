"""What identity brings."""

from vtclinic.core.feature import Feature

identity = Feature("identity")
