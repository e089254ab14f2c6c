"""Late changes of sessions, as they are kept for the bill."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from vtclinic.core.crypto import sealed
from vtclinic.core.database import ClinicBase, UtcDateTime


class LateCancel(ClinicBase):
    """A patient's cancelling after the window, kept for the bill; `uid` is the appointment's. Staff waive it with a reason."""

    __tablename__ = "late_cancel"

    uid: Mapped[UUID] = mapped_column(ForeignKey("appointment.uid"), primary_key=True)
    patient_uid: Mapped[UUID] = mapped_column(Uuid, index=True)
    therapist_uid: Mapped[UUID] = mapped_column(Uuid)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    hours: Mapped[int]
    why_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    why = sealed("why_sealed")
    waived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    waived_by: Mapped[UUID | None] = mapped_column(Uuid)
    reason: Mapped[str | None]
