"""What records brings."""

from vtclinic.core.feature import Feature

records = Feature("records")
