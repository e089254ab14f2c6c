"""Who may be on the list, see it and act for somebody on it."""

from __future__ import annotations

from vtclinic.core.policy import Actor
from vtclinic.features.records import api as records
from vtclinic.features.scheduling.waiting.models import TimeOffer, WaitEntry


def can_list(actor: Actor, patient: records.Patient) -> bool:
    """Allow the patient, the therapists caring for them, the clinic's administrators and the program itself."""
    return actor.is_clinic_admin or records.can_view_patient(actor, patient)


def can_help(actor: Actor, patient: records.Patient) -> bool:
    """Allow those staff: they set how soon, and offer a time by hand."""
    return actor.is_clinic_admin or (actor.is_therapist and records.can_view_patient(actor, patient))


def can_see_list(actor: Actor) -> bool:
    """Allow administrators and therapists; a therapist sees the people in their care."""
    return actor.is_clinic_admin or actor.is_therapist


def can_see_fairness(actor: Actor) -> bool:
    """Allow administrators."""
    return actor.is_clinic_admin


def can_wait(actor: Actor) -> bool:
    """Allow patients, for themselves."""
    return actor.is_patient


def is_its_patient(actor: Actor, row: WaitEntry | TimeOffer) -> bool:
    """Allow the patient whose place or offer it is."""
    return actor.is_patient and actor.uid == row.patient_uid
