"""Which first-steps guides were closed."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from vtclinic.core.database import ClinicBase, UtcDateTime


class GuideClosed(ClinicBase):
    """Somebody closed the first steps of one role; on another device they stay closed."""

    __tablename__ = "guide_closed"

    user_uid: Mapped[UUID] = mapped_column(ForeignKey("user.uid"), primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)
    closed_at: Mapped[datetime] = mapped_column(UtcDateTime)
