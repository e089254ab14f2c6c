"""What crisis brings."""

from vtclinic.core.feature import Feature

crisis = Feature("crisis")
