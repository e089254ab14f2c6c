"""What matching brings."""

from vtclinic.core.feature import Feature

matching = Feature("matching")
