"""What the word list found in something a patient wrote; the words themselves stay where they were written."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from vtclinic.core.crypto import sealed
from vtclinic.core.database import ClinicBase, UtcDateTime


class WordFinding(ClinicBase):
    """Where in which text which rules fired, sealed as a whole: a stolen database does not tell what was found."""

    __tablename__ = "word_finding"
    __table_args__ = (UniqueConstraint("source", "source_uid"), Index("ix_word_finding_patient", "patient_uid", "at"))

    uid: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    patient_uid: Mapped[UUID] = mapped_column(Uuid)
    task_uid: Mapped[UUID] = mapped_column(ForeignKey("risk_task.uid"), index=True)
    source: Mapped[str]
    source_uid: Mapped[UUID] = mapped_column(Uuid)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    language: Mapped[str]
    lexicon: Mapped[str]
    hits_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    hits = sealed("hits_sealed", json=True)
