"""Who may choose a therapist, and who helps with it."""

from __future__ import annotations

from vtclinic.core.policy import Actor


def can_choose(actor: Actor) -> bool:
    """Allow patients, for themselves."""
    return actor.is_patient


def can_help(actor: Actor) -> bool:
    """Allow the clinic's administrators: they see who waits, and nothing of what was answered."""
    return actor.is_clinic_admin


def can_read_notes(actor: Actor) -> bool:
    """Allow therapists: notes without a name, of people who said yes to it and whom they could take."""
    return actor.is_therapist
