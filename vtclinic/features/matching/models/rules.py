"""What a clinic decides about matching: weights by version, therapists' limits, pairs that are never offered, track records."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Index, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from vtclinic.core.database import ClinicBase, UtcDateTime

_STANDS = text("lifted_at IS NULL")


class WeightSet(ClinicBase):
    """One version of a clinic's weights; the highest number is in force, and none means the defaults.

    The number is the key, so that of two administrators who save at once one is told.
    """

    __tablename__ = "match_weights"

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    values: Mapped[dict[str, Any]] = mapped_column(JSON)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by: Mapped[UUID | None] = mapped_column(Uuid)


class Limit(ClinicBase):
    """How many new patients a therapist takes in a week, and whether any at all; no row means no limit but the caseload."""

    __tablename__ = "match_limit"

    therapist_uid: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    new_per_week: Mapped[int | None]
    paused: Mapped[bool] = mapped_column(default=False)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_by: Mapped[UUID | None] = mapped_column(Uuid)


class BlockedBy(StrEnum):
    """Whose word keeps two people apart."""

    PATIENT = "patient"
    THERAPIST = "therapist"
    CLINIC = "clinic"


class BlockedPair(ClinicBase):
    """A patient and a therapist who are never offered to each other; who said so is kept, why is not."""

    __tablename__ = "match_block"
    __table_args__ = (
        Index("uq_match_block_standing", "patient_uid", "therapist_uid", "by", unique=True, sqlite_where=_STANDS, postgresql_where=_STANDS),
    )

    uid: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    patient_uid: Mapped[UUID] = mapped_column(Uuid)
    therapist_uid: Mapped[UUID] = mapped_column(Uuid)
    by: Mapped[str]
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    lifted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class TrackRecord(ClinicBase):
    """How a therapist's closed cases of one problem went, counted in the night; used only where the clinic has opted in."""

    __tablename__ = "match_track"

    therapist_uid: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    problem: Mapped[str] = mapped_column(primary_key=True)
    cases: Mapped[int]
    effect: Mapped[float]
    counted_at: Mapped[datetime] = mapped_column(UtcDateTime)
