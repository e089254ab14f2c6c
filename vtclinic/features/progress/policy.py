"""Who may give, answer and read questionnaires."""

from __future__ import annotations

from uuid import UUID

from vtclinic.core.policy import Actor
from vtclinic.core.scope import current_clinic
from vtclinic.features.progress.models import Response
from vtclinic.features.records import api as records


def can_answer(actor: Actor, response: Response) -> bool:
    """Allow the patient it was given to."""
    return actor.is_patient and actor.uid == response.patient_uid


def can_assign(actor: Actor, patient_uid: UUID) -> bool:
    """Allow a therapist in whose care the patient is, the patient, and the program."""
    return actor.is_system or (actor.is_patient and actor.uid == patient_uid) or is_carer(actor, patient_uid)


def can_choose(actor: Actor) -> bool:
    """Allow administrators of the clinic in scope: they decide which questionnaires are used, and see no answer."""
    return actor.is_clinic_admin and actor.clinic_uid == current_clinic().uid


def can_see_results(actor: Actor, patient_uid: UUID) -> bool:
    """Allow the patient, and a therapist in whose care the patient is."""
    return (actor.is_patient and actor.uid == patient_uid) or is_carer(actor, patient_uid)


def can_read_result(actor: Actor, response: Response) -> bool:
    """Allow a therapist in whose care the patient is."""
    return is_carer(actor, response.patient_uid)


def is_carer(actor: Actor, patient_uid: UUID) -> bool:
    """Tell whether the patient is in this therapist's care today."""
    return actor.is_therapist and actor.uid is not None and records.in_care(patient_uid, actor.uid)
