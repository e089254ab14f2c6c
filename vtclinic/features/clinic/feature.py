"""What clinic brings."""

from vtclinic.core.feature import Feature

clinic = Feature("clinic")
