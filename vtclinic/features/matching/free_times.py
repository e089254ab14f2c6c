"""The way up to scheduling, which stands above matching: it registers how first free times are found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from vtclinic.features.staff import api as staff


class FirstFree(Protocol):
    """Finds each therapist's first open time for a patient, or None; `until` is the last day of each licence."""

    def __call__(self, therapists: Iterable[staff.Therapist], patient_uid: UUID | None, *, until: Mapping[UUID, date] | None = None) -> dict[UUID, datetime | None]:
        """Find them."""


def _unknown(therapists: Iterable[staff.Therapist], patient_uid: UUID | None, *, until: Mapping[UUID, date] | None = None) -> dict[UUID, datetime | None]:
    return {person.uid: None for person in therapists}


@dataclass
class _Hook:
    find: FirstFree = _unknown


_hook = _Hook()


def set_first_free(find: FirstFree) -> None:
    """Say how first free times are found."""
    _hook.find = find


def first_free(therapists: Iterable[staff.Therapist], patient_uid: UUID | None, *, until: Mapping[UUID, date] | None = None) -> dict[UUID, datetime | None]:
    """Return each therapist's first open time for a patient."""
    return _hook.find(therapists, patient_uid, until=until)
