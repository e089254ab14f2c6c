"""What console brings."""

from vtclinic.core.feature import Feature

console = Feature("console")
