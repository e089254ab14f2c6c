"""Proposals for many who wait at once, and what therapists say about a note without a name."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, UniqueConstraint, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from vtclinic.core.crypto import sealed
from vtclinic.core.database import ClinicBase, UtcDateTime
from vtclinic.core.errors import Conflict
from vtclinic.features.matching.models.runs import Outcome

_OPEN = text("closed_at IS NULL")
# For this long an accepted proposal keeps the place for its patient.
HELD = timedelta(days=7)


class Method(StrEnum):
    """How a batch finds its pairs."""

    ASSIGNMENT = "assignment"
    TWO_SIDED = "two-sided"


class BatchState(StrEnum):
    """Where a batch is in its life."""

    WORKING = "working"
    READY = "ready"
    FAILED = "failed"
    CLOSED = "closed"


class Batch(ClinicBase):
    """One search for everybody who waits; a clinic has one open at a time. `summary` holds counts and nothing else."""

    __tablename__ = "match_batch"
    __table_args__ = (Index("uq_match_batch_open", "open_slot", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),)

    uid: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    method: Mapped[str]
    state: Mapped[str] = mapped_column(default=BatchState.WORKING)
    open_slot: Mapped[int] = mapped_column(default=1)
    engine: Mapped[str]
    seed: Mapped[int]
    weights_version: Mapped[int] = mapped_column(default=0)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_by: Mapped[UUID | None] = mapped_column(Uuid)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    ready_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_by: Mapped[UUID | None] = mapped_column(Uuid)
    summary: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

    @property
    def is_working(self) -> bool:
        """Tell whether the worker still looks."""
        return self.state == BatchState.WORKING

    def finish(self, at: datetime, summary: dict[str, Any]) -> None:
        """Put it before the clinic."""
        if not self.is_working:
            raise Conflict("this search is finished already")
        self.state, self.ready_at, self.summary = BatchState.READY, at, summary

    def close(self, at: datetime, by: UUID | None, state: BatchState = BatchState.CLOSED) -> None:
        """End it; what was not decided stays undecided."""
        if self.closed_at is not None:
            raise Conflict("this proposal is closed already")
        self.state, self.closed_at, self.closed_by = state, at, by


class ProposalState(StrEnum):
    """What became of one line of a batch."""

    PROPOSED = "proposed"
    NOBODY = "nobody"
    ACCEPTED = "accepted"
    SKIPPED = "skipped"
    STALE = "stale"


class Proposal(ClinicBase):
    """One person who waits and the therapist a batch found for them, with reasons sealed; nothing happens without a yes of both clinic and patient."""

    __tablename__ = "match_proposal"
    __table_args__ = (UniqueConstraint("batch_uid", "patient_uid"), Index("ix_match_proposal_held", "patient_uid", "held_until"))

    uid: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    batch_uid: Mapped[UUID] = mapped_column(ForeignKey("match_batch.uid"))
    patient_uid: Mapped[UUID] = mapped_column(Uuid)
    therapist_uid: Mapped[UUID | None] = mapped_column(Uuid)
    waits_since: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(default=ProposalState.PROPOSED)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[UUID | None] = mapped_column(Uuid)
    held_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    result_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    result = sealed("result_sealed", json=True)

    @property
    def outcome(self) -> Outcome:
        """Return what the patient would see: the proposed therapist first."""
        return Outcome.from_json(self.result)

    @property
    def is_open(self) -> bool:
        """Tell whether the clinic has still to decide."""
        return self.state == ProposalState.PROPOSED

    def decide(self, state: ProposalState, at: datetime, by: UUID | None) -> None:
        """Note the clinic's decision; an accepted one keeps the place for a while."""
        if not self.is_open:
            raise Conflict("this line was decided already")
        self.state, self.decided_at, self.decided_by = state, at, by
        self.held_until = at + HELD if state == ProposalState.ACCEPTED else None


class Says(StrEnum):
    """What a therapist thinks of a note without a name."""

    INTERESTED = "interested"
    NOT_FIT = "not-fit"


class Interest(ClinicBase):
    """One therapist's word about one person who waits. `rank` orders those a therapist is interested in; the reason is read by its author alone."""

    __tablename__ = "match_interest"
    __table_args__ = (UniqueConstraint("patient_uid", "therapist_uid"),)

    uid: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    patient_uid: Mapped[UUID] = mapped_column(Uuid)
    therapist_uid: Mapped[UUID] = mapped_column(Uuid, index=True)
    says: Mapped[str]
    rank: Mapped[int | None]
    said_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reason_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    reason = sealed("reason_sealed")
