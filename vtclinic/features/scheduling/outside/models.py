"""Calendars elsewhere, and the stretches of time in which they are busy. No title, place or guest is ever stored."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from vtclinic.core.crypto import EncryptedText
from vtclinic.core.database import ClinicBase, UtcDateTime

FIRST_PAUSE = timedelta(minutes=15)
LONGEST_PAUSE = timedelta(hours=12)


class Kind(StrEnum):
    """How a calendar is read."""

    ICS = "ics"
    CALDAV = "caldav"


class OutsideCalendar(ClinicBase):
    """One calendar that a therapist keeps elsewhere. Address, name and password are sealed: each of them opens it.

    `problem` is the reason why the last read failed, and empty when it did not; `skipped` counts entries that could not be understood.
    """

    __tablename__ = "outside_calendar"

    uid: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    therapist_uid: Mapped[UUID] = mapped_column(Uuid, index=True)
    kind: Mapped[str]
    label: Mapped[str] = mapped_column(EncryptedText("outside_calendar.label"))
    address: Mapped[str] = mapped_column(EncryptedText("outside_calendar.address"))
    user_name: Mapped[str | None] = mapped_column(EncryptedText("outside_calendar.user_name"))
    password: Mapped[str | None] = mapped_column(EncryptedText("outside_calendar.password"))
    tentative: Mapped[bool] = mapped_column(default=True)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    tried_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    problem: Mapped[str] = mapped_column(default="")
    failures: Mapped[int] = mapped_column(default=0)
    skipped: Mapped[int] = mapped_column(default=0)
    content: Mapped[bytes | None] = mapped_column(LargeBinary(32))

    def succeed(self, now: datetime, *, skipped: int) -> None:
        """Note that it was read."""
        self.read_at = self.tried_at = now
        self.problem, self.failures, self.skipped, self.due_at = "", 0, skipped, now + FIRST_PAUSE

    def fail(self, now: datetime, problem: str) -> None:
        """Note why it could not be read; the next try comes later each time, up to half a day."""
        pause = min(FIRST_PAUSE * 2 ** min(self.failures, 10), LONGEST_PAUSE)
        self.tried_at, self.problem, self.failures, self.due_at = now, problem, self.failures + 1, now + pause


class OutsideBusy(ClinicBase):
    """One stretch of time in which a calendar elsewhere is busy; stretches of one calendar do not overlap."""

    __tablename__ = "outside_busy"
    __table_args__ = (Index("ix_outside_busy_therapist_start", "therapist_uid", "starts_at"),)

    calendar_uid: Mapped[UUID] = mapped_column(ForeignKey("outside_calendar.uid", ondelete="CASCADE"), primary_key=True)
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    therapist_uid: Mapped[UUID] = mapped_column(Uuid)
