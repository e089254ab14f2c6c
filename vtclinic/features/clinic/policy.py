"""Who may change a clinic's own look, numbers and rules, and read its log."""

from __future__ import annotations

from vtclinic.core.policy import Actor
from vtclinic.core.scope import current_clinic


def can_run_clinic(actor: Actor) -> bool:
    """Allow administrators of the clinic in scope; one of another clinic is nobody here."""
    return actor.is_clinic_admin and actor.clinic_uid == current_clinic().uid
