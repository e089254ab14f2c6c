"""What other features may ask about the clinic's own rules."""

from vtclinic.features.clinic.rules import on_duty_uids

__all__ = ["on_duty_uids"]
