"""What other features may use of staff."""

from vtclinic.features.staff.models import Credential, CredentialState, Therapist, TherapistLeave
from vtclinic.features.staff.service import (
    Face,
    active_therapists,
    can_be_booked,
    credentials_of,
    faces,
    licence_for,
    therapist,
    therapists,
)
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
    "Face",
    "Therapist",
    "TherapistLeave",
    "active_therapists",
    "can_be_booked",
    "credentials_of",
    "faces",
    "joined",
    "licence_for",
    "spoken",
    "therapist",
    "therapists",
]
