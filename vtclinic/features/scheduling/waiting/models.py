"""Who waits for a time, and the times that are kept for one of them until they answer."""

from __future__ import annotations

from datetime import datetime
from enum import IntEnum, StrEnum
from uuid import UUID

from sqlalchemy import JSON, Index, LargeBinary, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from vtclinic.core.crypto import sealed
from vtclinic.core.database import ClinicBase, UtcDateTime
from vtclinic.core.errors import Conflict
from vtclinic.core.i18n import gettext as _


class Waits(StrEnum):
    """Where an entry is in its life; RESTING waits for the patient to say that they still want a time."""

    WAITING = "waiting"
    RESTING = "resting"
    BOOKED = "booked"
    LEFT = "left"


class Level(IntEnum):
    """How soon a person should be seen, as staff decided."""

    USUAL = 0
    SOON = 1
    FIRST = 2


class Answer(StrEnum):
    """What became of a time that was kept for somebody."""

    HELD = "held"
    ACCEPTED = "accepted"
    PASSED = "passed"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


OPEN = (Waits.WAITING, Waits.RESTING)


class WaitEntry(ClinicBase):
    """One patient's place on the list. No therapist named means anybody who fits; `open_of` lets each patient have one open place."""

    __tablename__ = "wait_entry"
    __table_args__ = (Index("ix_wait_entry_state_joined", "state", "joined_at"),)

    uid: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    patient_uid: Mapped[UUID] = mapped_column(Uuid, index=True)
    open_of: Mapped[UUID | None] = mapped_column(Uuid, unique=True)
    therapists: Mapped[list[str]] = mapped_column(JSON, default=list)
    service_uid: Mapped[UUID | None] = mapped_column(Uuid)
    days: Mapped[list[int]] = mapped_column(JSON, default=list)
    parts: Mapped[list[str]] = mapped_column(JSON, default=list)
    zone: Mapped[str]
    notice_hours: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(default=Waits.WAITING)
    level: Mapped[int] = mapped_column(default=Level.USUAL)
    unanswered: Mapped[int] = mapped_column(default=0)
    joined_by: Mapped[UUID | None] = mapped_column(Uuid)
    joined_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    reason = sealed("reason_sealed")

    @property
    def therapist_uids(self) -> list[UUID]:
        """Return whom the patient waits for; empty means anybody who fits."""
        return [UUID(text) for text in self.therapists]

    @property
    def is_open(self) -> bool:
        """Tell whether the patient is on the list."""
        return self.state in OPEN

    def close(self, state: Waits, at: datetime) -> None:
        """Take it off the list."""
        if not self.is_open:
            raise Conflict(_("This place on the list is closed already. Nothing was changed."))
        self.state, self.open_of, self.changed_at, self.closed_at = state, None, at, at

    def reopen(self, at: datetime) -> None:
        """Put it back with the waiting time it had."""
        self.state, self.open_of, self.changed_at, self.closed_at, self.unanswered = Waits.WAITING, self.patient_uid, at, None, 0


class TimeOffer(ClinicBase):
    """One time kept for one entry until `expires_at`; the claims on it bear this row's uid. Nobody is offered the same time twice."""

    __tablename__ = "time_offer"
    __table_args__ = (
        UniqueConstraint("entry_uid", "therapist_uid", "starts_at"),
        Index("ix_time_offer_state_expires", "state", "expires_at"),
    )

    uid: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    entry_uid: Mapped[UUID] = mapped_column(Uuid)
    patient_uid: Mapped[UUID] = mapped_column(Uuid, index=True)
    therapist_uid: Mapped[UUID] = mapped_column(Uuid)
    service_uid: Mapped[UUID | None] = mapped_column(Uuid)
    held_of: Mapped[UUID | None] = mapped_column(Uuid, unique=True)
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by: Mapped[UUID | None] = mapped_column(Uuid)
    state: Mapped[str] = mapped_column(default=Answer.HELD)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    appointment_uid: Mapped[UUID | None] = mapped_column(Uuid, index=True)

    def is_held(self, now: datetime) -> bool:
        """Tell whether it can still be accepted."""
        return self.state == Answer.HELD and now < self.expires_at

    def end(self, state: Answer, at: datetime) -> None:
        """Note what became of it."""
        if self.state != Answer.HELD:
            raise Conflict(_("This offer has ended already. Nothing was changed."))
        self.state, self.held_of, self.answered_at = state, None, at
