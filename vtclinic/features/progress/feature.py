"""What progress brings."""

from vtclinic.core.feature import Feature

progress = Feature("progress")
