"""What messaging brings."""

from vtclinic.core.feature import Feature

messaging = Feature("messaging")
