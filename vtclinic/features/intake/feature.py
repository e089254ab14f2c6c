"""What intake brings."""

from vtclinic.core.feature import Feature

intake = Feature("intake")
