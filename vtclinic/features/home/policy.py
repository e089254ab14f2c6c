"""Whose first page is whose."""

from __future__ import annotations

from vtclinic.core.policy import Actor


def has_patient_home(actor: Actor) -> bool:
    """Allow patients their home."""
    return actor.is_patient


def has_day(actor: Actor) -> bool:
    """Allow therapists their day."""
    return actor.is_therapist


def has_overview(actor: Actor) -> bool:
    """Allow the clinic's administrators the overview."""
    return actor.is_clinic_admin
