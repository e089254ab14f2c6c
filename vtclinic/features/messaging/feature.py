"""What messaging brings."""

from vtclinic.core.feature import Feature

# Parked: the real manifest comes back as soon as records.api and staff.api can be imported.
messaging = Feature("messaging")
