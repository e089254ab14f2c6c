"""What records tells the features above it, in the same transaction."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class CareOpened:
    """A therapist cares for a patient from now on."""

    patient_uid: UUID
    therapist_uid: UUID


@dataclass(frozen=True)
class CareEnded:
    """A therapist does not care for a patient any more."""

    patient_uid: UUID
    therapist_uid: UUID


@dataclass(frozen=True)
class ProfileChanged:
    """A patient told something new about themselves: a place, a language, a birthday."""

    patient_uid: UUID
