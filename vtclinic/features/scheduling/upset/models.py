"""What stands against a booked session, and what was done about it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from vtclinic.core.database import ClinicBase, UtcDateTime
from vtclinic.core.errors import Conflict
from vtclinic.core.i18n import gettext as _


class Cause(StrEnum):
    """Why a session cannot take place as booked."""

    AWAY = "away"
    LEFT = "left"
    CARE_ENDED = "care_ended"
    LICENCE = "licence"


class Outcome(StrEnum):
    """What became of it."""

    COVERED = "covered"
    MOVED = "moved"
    CANCELLED = "cancelled"
    LISTED = "listed"
    KEPT = "kept"
    CLEARED = "cleared"


class SessionTrouble(ClinicBase):
    """One session that needs somebody to act; `open_of` lets each session have one open trouble."""

    __tablename__ = "session_trouble"
    __table_args__ = (Index("ix_session_trouble_patient", "patient_uid", "settled_at"),)

    uid: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    appointment_uid: Mapped[UUID] = mapped_column(ForeignKey("appointment.uid"), index=True)
    open_of: Mapped[UUID | None] = mapped_column(Uuid, unique=True)
    patient_uid: Mapped[UUID] = mapped_column(Uuid)
    therapist_uid: Mapped[UUID] = mapped_column(Uuid, index=True)
    cause: Mapped[str]
    cover_uid: Mapped[UUID | None] = mapped_column(Uuid)
    raised_at: Mapped[datetime] = mapped_column(UtcDateTime)
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settled_by: Mapped[UUID | None] = mapped_column(Uuid)
    outcome: Mapped[str | None]

    @property
    def is_open(self) -> bool:
        """Tell whether somebody still has to act."""
        return self.settled_at is None

    def settle(self, outcome: Outcome, at: datetime, by: UUID | None) -> None:
        """Note what was done."""
        if not self.is_open:
            raise Conflict(_("Somebody has seen to this session already. Nothing was changed."))
        self.outcome, self.settled_at, self.settled_by, self.open_of = outcome, at, by, None
