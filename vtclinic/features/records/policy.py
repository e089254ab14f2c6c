"""Who may see and change a patient's record."""

from __future__ import annotations

from sqlalchemy import ColumnElement, false, true

from vtclinic.core.policy import Actor
from vtclinic.features.records.models import CareRelation, Patient


def can_view_patient(actor: Actor, patient: Patient) -> bool:
    """Allow the patient, the therapists caring for them now, and the program itself. Nobody else: administrators see no record."""
    return actor.is_system or is_own(actor, patient) or cares_for(actor, patient)


def can_change_profile(actor: Actor, patient: Patient) -> bool:
    """Allow the patient alone; an import acts as the program."""
    return actor.is_system or is_own(actor, patient)


def can_see_who_opened(actor: Actor, patient: Patient) -> bool:
    """Allow the patient alone."""
    return is_own(actor, patient)


def can_open_care(actor: Actor, patient: Patient) -> bool:
    """Allow the patient, who chooses, the clinic's administrators, who assign, and the program."""
    return actor.is_system or actor.is_clinic_admin or is_own(actor, patient)


def can_end_care(actor: Actor, relation: CareRelation) -> bool:
    """Allow both sides of it, the clinic's administrators and the program."""
    return actor.is_system or actor.is_clinic_admin or actor.uid in (relation.patient_uid, relation.therapist_uid)


def can_have_clients(actor: Actor) -> bool:
    """Allow therapists."""
    return actor.is_therapist


def is_own(actor: Actor, patient: Patient) -> bool:
    """Tell whether this is the actor's own record."""
    return actor.is_patient and actor.uid == patient.uid


def cares_for(actor: Actor, patient: Patient) -> bool:
    """Tell whether the actor is a therapist with this patient in care today."""
    return actor.is_therapist and actor.uid in patient.therapist_uids


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Return the rows of Patient that `can_view_patient` allows, as a condition."""
    if actor.is_system:
        return true()
    allowed: ColumnElement[bool] = false()
    if actor.is_patient:
        allowed = allowed | (Patient.uid == actor.uid)
    if actor.is_therapist:
        allowed = allowed | Patient.care.any((CareRelation.therapist_uid == actor.uid) & CareRelation.until.is_(None))
    return allowed
