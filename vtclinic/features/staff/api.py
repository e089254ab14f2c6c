"""What other features may use of staff."""

from vtclinic.features.staff.credentials import Claim, count_waiting, hand_in
from vtclinic.features.staff.credentials import approve as approve_credential
from vtclinic.features.staff.credentials import queue as credential_queue
from vtclinic.features.staff.credentials import waiting_count as licence_count
from vtclinic.features.staff.importing.report import ImportReport, Outcome, RowReport
from vtclinic.features.staff.importing.service import import_people
from vtclinic.features.staff.models import Credential, CredentialState, Interval, Therapist, TherapistLeave
from vtclinic.features.staff.news import LeaveChanged
from vtclinic.features.staff.practice import change_hours, change_practice
from vtclinic.features.staff.service import (
    Face,
    Licensed,
    active_therapists,
    away_on,
    can_be_booked,
    credentials_of,
    ending_licences,
    faces,
    first_licensed,
    licence_for,
    licensed,
    practising,
    therapist,
    therapists,
    until,
    with_licences,
)
from vtclinic.features.staff.timetables import DaysOff, Timetable, timetables, weekly_hours
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
    "Claim",
    "Credential",
    "CredentialState",
    "DaysOff",
    "Face",
    "ImportReport",
    "Interval",
    "LeaveChanged",
    "Licensed",
    "Outcome",
    "RowReport",
    "Therapist",
    "TherapistLeave",
    "Timetable",
    "active_therapists",
    "approve_credential",
    "away_on",
    "can_be_booked",
    "change_hours",
    "change_practice",
    "count_waiting",
    "credential_queue",
    "credentials_of",
    "ending_licences",
    "faces",
    "first_licensed",
    "hand_in",
    "import_people",
    "joined",
    "licence_count",
    "licence_for",
    "licensed",
    "practising",
    "spoken",
    "therapist",
    "therapists",
    "timetables",
    "until",
    "weekly_hours",
    "with_licences",
]
