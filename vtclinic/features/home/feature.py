"""What home brings."""

from vtclinic.core.feature import Feature

home = Feature("home")
