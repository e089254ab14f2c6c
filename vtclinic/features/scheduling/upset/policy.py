"""Who sees which session that cannot take place, and who decides."""

from __future__ import annotations

from vtclinic.core.policy import Actor
from vtclinic.features.scheduling.upset.models import SessionTrouble


def is_its_patient(actor: Actor, trouble: SessionTrouble) -> bool:
    """Allow the patient whose session it is."""
    return actor.is_patient and actor.uid == trouble.patient_uid


def can_decide(actor: Actor, trouble: SessionTrouble) -> bool:
    """Allow the therapist whose session it is and the clinic's administrators, who see when and with whom, and no record."""
    return actor.is_clinic_admin or (actor.is_therapist and actor.uid == trouble.therapist_uid)


def can_see_list(actor: Actor) -> bool:
    """Allow administrators, and therapists for their own sessions."""
    return actor.is_clinic_admin or actor.is_therapist
