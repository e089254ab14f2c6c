"""Who may answer the first questions and change what was agreed."""

from __future__ import annotations

from uuid import UUID

from vtclinic.core.policy import Actor, authorize


def is_patient(actor: Actor) -> bool:
    """Allow patients; each meets their own answers only."""
    return actor.is_patient and actor.uid is not None


def own_uid(actor: Actor) -> UUID:
    """Return whose answers this actor may meet: their own. Raises Forbidden for anybody who is no patient."""
    authorize(actor, is_patient)
    assert actor.uid is not None
    return actor.uid


def can_plan(actor: Actor) -> bool:
    """Allow clinic admins: what everybody is asked is the clinic's to choose."""
    return actor.is_clinic_admin


def can_see_unfinished(actor: Actor) -> bool:
    """Allow clinic admins to see how far somebody has come, and never what they said."""
    return actor.is_clinic_admin
