"""Who books a session of one patient with several therapists."""

from __future__ import annotations

from vtclinic.core.policy import Actor
from vtclinic.features.records import api as records


def can_book_joint(actor: Actor, patient: records.Patient) -> bool:
    """Allow the clinic's administrators, and therapists with this patient in care."""
    return actor.is_clinic_admin or (actor.is_therapist and records.can_view_patient(actor, patient))


def can_book_any(actor: Actor) -> bool:
    """Allow administrators and therapists."""
    return actor.is_clinic_admin or actor.is_therapist
