"""Who waits for help with choosing or for somebody who fits, and who wants to change to somebody else."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index, LargeBinary, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from vtclinic.core.crypto import sealed
from vtclinic.core.database import ClinicBase, UtcDateTime
from vtclinic.core.errors import Conflict

_OPEN = text("closed_at IS NULL")


class RequestKind(StrEnum):
    """What a patient asked for when nobody felt right or nobody fitted."""

    PERSON = "person"
    WAIT = "wait"


class MatchRequest(ClinicBase):
    """A patient waits: for a person of the clinic to help them choose, or for somebody who fits."""

    __tablename__ = "match_request"
    __table_args__ = (
        # Pressing the button twice asks once.
        Index("uq_match_request_open", "patient_uid", "kind", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    uid: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    patient_uid: Mapped[UUID] = mapped_column(Uuid)
    kind: Mapped[str]
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_by: Mapped[UUID | None] = mapped_column(Uuid)
    # Who of the clinic has taken it.
    owner_uid: Mapped[UUID | None] = mapped_column(Uuid)
    # Since when therapists who would fit may see a note without a name; the patient says so, and takes it back.
    shown_since: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def is_open(self) -> bool:
        """Tell whether the patient still waits."""
        return self.closed_at is None

    def close(self, at: datetime, by: UUID | None) -> None:
        """Note that nobody needs to do anything more."""
        if self.closed_at is not None:
            raise Conflict("this request is closed already")
        self.closed_at, self.closed_by = at, by


class Change(ClinicBase):
    """A patient looks for another therapist; the care they have goes on until new care begins. Why is theirs to say, and sealed."""

    __tablename__ = "match_change"
    __table_args__ = (Index("uq_match_change_open", "patient_uid", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),)

    uid: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    patient_uid: Mapped[UUID] = mapped_column(Uuid)
    from_uid: Mapped[UUID] = mapped_column(Uuid, index=True)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reason_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # True when new care began, False when the patient stayed.
    changed: Mapped[bool] = mapped_column(default=False)
    reason = sealed("reason_sealed")

    def close(self, at: datetime, *, changed: bool) -> None:
        """Note how it ended."""
        if self.closed_at is not None:
            raise Conflict("this change has ended already")
        self.closed_at, self.changed = at, changed
