"""What staff brings."""

from vtclinic.core.feature import Feature

staff = Feature("staff")
