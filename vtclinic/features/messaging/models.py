"""Threads between one patient and one therapist, their messages, drafts and reading marks."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from vtclinic.core.crypto import sealed
from vtclinic.core.database import ClinicBase, UtcDateTime


class Thread(ClinicBase):
    """What one patient and one therapist write to each other; `last_seq` is the number of its newest message."""

    __tablename__ = "thread"
    __table_args__ = (UniqueConstraint("patient_uid", "therapist_uid"),)

    uid: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    patient_uid: Mapped[UUID] = mapped_column(Uuid, index=True)
    therapist_uid: Mapped[UUID] = mapped_column(Uuid, index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seq: Mapped[int] = mapped_column(default=0)
    last_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_author: Mapped[UUID | None] = mapped_column(Uuid)
    # What the patient was promised with their first unanswered message; a later change of working hours does not move it.
    reply_by: Mapped[datetime | None] = mapped_column(UtcDateTime)

    def other(self, uid: UUID) -> UUID:
        """Return the other person of the two."""
        return self.therapist_uid if uid == self.patient_uid else self.patient_uid

    def append(self, author: UUID, at: datetime, *, reply_by: datetime) -> int:
        """Take the next number for a message; the patient's first one that waits for an answer keeps its promise."""
        self.last_seq += 1
        self.last_at, self.last_author = at, author
        if author == self.therapist_uid:
            self.reply_by = None
        elif self.reply_by is None:
            self.reply_by = reply_by
        return self.last_seq


class Message(ClinicBase):
    """One message, stored before anybody is told. The sender's `client_id` makes a second sending of it harmless."""

    __tablename__ = "message"
    __table_args__ = (UniqueConstraint("thread_uid", "seq"), UniqueConstraint("thread_uid", "author_uid", "client_id"))

    uid: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    thread_uid: Mapped[UUID] = mapped_column(ForeignKey("thread.uid"))
    patient_uid: Mapped[UUID] = mapped_column(Uuid)
    seq: Mapped[int]
    author_uid: Mapped[UUID] = mapped_column(Uuid)
    client_id: Mapped[str]
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)
    body_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    body = sealed("body_sealed")


class ReadingMark(ClinicBase):
    """How far one person has read a thread, and up to which message they were told by mail."""

    __tablename__ = "reading_mark"

    thread_uid: Mapped[UUID] = mapped_column(ForeignKey("thread.uid"), primary_key=True)
    user_uid: Mapped[UUID] = mapped_column(Uuid, primary_key=True, index=True)
    read_seq: Mapped[int] = mapped_column(default=0)
    mailed_seq: Mapped[int] = mapped_column(default=0)


class MessageDraft(ClinicBase):
    """What somebody began to write in a thread; one a person and thread."""

    __tablename__ = "message_draft"
    __table_args__ = (UniqueConstraint("thread_uid", "user_uid"),)

    uid: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    thread_uid: Mapped[UUID] = mapped_column(ForeignKey("thread.uid"))
    user_uid: Mapped[UUID] = mapped_column(Uuid)
    patient_uid: Mapped[UUID] = mapped_column(Uuid)
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    body_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    body = sealed("body_sealed")
