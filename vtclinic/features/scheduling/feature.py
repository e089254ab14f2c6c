"""What scheduling brings."""

from vtclinic.core.feature import Feature

scheduling = Feature("scheduling")
