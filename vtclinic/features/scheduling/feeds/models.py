"""Addresses under which a person's calendar program reads when they have appointments."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import LargeBinary, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from vtclinic.core.crypto import EncryptedText
from vtclinic.core.database import ClinicBase, UtcDateTime


class CalendarFeed(ClinicBase):
    """One secret address of one person, in one role. The secret itself is nowhere: only its keyed hash is stored.

    Ending an address removes its row.
    """

    __tablename__ = "calendar_feed"

    uid: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    owner_uid: Mapped[UUID] = mapped_column(Uuid, index=True)
    role: Mapped[str]
    label: Mapped[str] = mapped_column(EncryptedText("calendar_feed.label"))
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
