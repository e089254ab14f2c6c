"""What a new patient told before the first match, and what they agreed to."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, LargeBinary, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from vtclinic.core.crypto import sealed
from vtclinic.core.database import ClinicBase, UtcDateTime
from vtclinic.core.errors import Conflict

_STEP = 256  # sealed lengths grow in steps, so that a stolen database does not count what was chosen


class Intake(ClinicBase):
    """One patient's way through the first questions."""

    __tablename__ = "intake"

    patient_uid: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    plan_version: Mapped[int | None]


class IntakePlan(ClinicBase):
    """One version of what a clinic asks: which of our questions, which of its own, which questionnaires. Versions are added and never changed."""

    __tablename__ = "intake_plan"

    version: Mapped[int] = mapped_column(primary_key=True)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by: Mapped[UUID] = mapped_column(Uuid)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)


class IntakeNudge(ClinicBase):
    """One reminder to somebody who has not finished; nobody sent the ones that a rule sends."""

    __tablename__ = "intake_nudge"
    __table_args__ = (UniqueConstraint("patient_uid", "number"),)

    uid: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    patient_uid: Mapped[UUID] = mapped_column(Uuid)
    number: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_uid: Mapped[UUID | None] = mapped_column(Uuid)


class IntakeAnswer(ClinicBase):
    """The answer to one of our own questions; None means the patient would rather not say."""

    __tablename__ = "intake_answer"
    __table_args__ = (UniqueConstraint("patient_uid", "question"),)

    uid: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    patient_uid: Mapped[UUID] = mapped_column(Uuid)
    question: Mapped[str]
    value_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    answered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    value_text = sealed("value_sealed")

    @property
    def value(self) -> Any:
        """What was answered, as JSON keeps it."""
        return json.loads(self.value_text)

    @value.setter
    def value(self, said: Any) -> None:
        text = json.dumps(said)
        self.value_text = text.ljust(-(-len(text) // _STEP) * _STEP)


class Consent(ClinicBase):
    """One agreement to one version of a text; withdrawing it keeps the row."""

    __tablename__ = "consent"

    uid: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    patient_uid: Mapped[UUID] = mapped_column(Uuid, index=True)
    kind: Mapped[str]
    version: Mapped[str]
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def stands(self) -> bool:
        """Tell whether it holds today."""
        return self.withdrawn_at is None

    def withdraw(self, at: datetime) -> None:
        """End it; nothing that was lawful before becomes unlawful."""
        if self.withdrawn_at is not None:
            raise Conflict
        self.withdrawn_at = at
