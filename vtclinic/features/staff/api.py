"""What other features may use of staff."""

from vtclinic.features.staff.models import Credential, CredentialState, Therapist, TherapistLeave
from vtclinic.features.staff.service import active_therapists, can_be_booked, credentials_of, licence_for, therapist, therapists
from vtclinic.features.staff.vocabulary import (
    AGE_BANDS,
    FORMATS,
    GENDERS,
    MODALITIES,
    RISK_LEVELS,
    SPECIALITIES,
    STYLES,
    TIMES,
    joined,
    spoken,
)

__all__ = [
    "AGE_BANDS",
    "FORMATS",
    "GENDERS",
    "MODALITIES",
    "RISK_LEVELS",
    "SPECIALITIES",
    "STYLES",
    "TIMES",
    "Credential",
    "CredentialState",
    "Therapist",
    "TherapistLeave",
    "active_therapists",
    "can_be_booked",
    "credentials_of",
    "joined",
    "licence_for",
    "spoken",
    "therapist",
    "therapists",
]
