"""Questionnaires given to patients, their answers and what they came to.

Answers and results are sealed with the patient's own key at one fixed length, so that a stolen database does not even show how long an answer is.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Date, ForeignKey, Index, LargeBinary, UniqueConstraint, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from vtclinic.core.crypto import sealed
from vtclinic.core.database import ClinicBase, UtcDateTime
from vtclinic.core.errors import Conflict

_OPEN = text("state = 'open'")
_WIDTH = 192
_EARLIER = 8  # changes of one answer that are kept; the newest ones count


class ResponseState(StrEnum):
    """Where one questionnaire is in its life; a closed one ran out of time or was taken back, unfinished."""

    OPEN = "open"
    DONE = "done"
    CLOSED = "closed"


class Padded:
    """A small JSON value kept in a sealed text attribute at a fixed length."""

    def __init__(self, attribute: str) -> None:
        self.attribute = attribute

    def __get__(self, row: Any, owner: type) -> Any:
        if row is None:
            return self
        found = getattr(row, self.attribute)
        return None if found is None else json.loads(found)

    def __set__(self, row: Any, value: Any) -> None:
        setattr(row, self.attribute, None if value is None else json.dumps(value).ljust(_WIDTH))


class Response(ClinicBase):
    """One questionnaire given to one patient, in the version it was given in."""

    __tablename__ = "questionnaire_response"
    __table_args__ = (
        # Two presses at once do not give the same questions twice.
        Index("uq_questionnaire_response_open", "patient_uid", "instrument", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    uid: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    patient_uid: Mapped[UUID] = mapped_column(Uuid, index=True)
    instrument: Mapped[str]
    version: Mapped[str]
    state: Mapped[str] = mapped_column(index=True)
    assigned_at: Mapped[datetime] = mapped_column(UtcDateTime)
    assigned_by: Mapped[UUID | None] = mapped_column(Uuid)
    due_on: Mapped[date | None] = mapped_column(Date)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    safety_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    safety_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    safety_text = sealed("safety_sealed")
    safety = Padded("safety_text")
    # Which of several cut-offs the person said applies; "none" when they prefer not to say.
    line_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    line_text = sealed("line_sealed")
    line = Padded("line_text")
    closes_on: Mapped[date | None] = mapped_column(Date)
    reminded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reminded_by: Mapped[UUID | None] = mapped_column(Uuid)

    @property
    def is_open(self) -> bool:
        """Tell whether answers are still awaited."""
        return self.state == ResponseState.OPEN

    def start(self, at: datetime) -> None:
        """Note the first visit; later ones change nothing."""
        self.started_at = self.started_at or at

    def finish(self, at: datetime) -> None:
        """Close it: from now on the care team works with the result."""
        if not self.is_open:
            raise Conflict
        self.state, self.finished_at = ResponseState.DONE, at

    def close(self) -> None:
        """End it without a result; the answers so far stay."""
        if not self.is_open:
            raise Conflict
        self.state = ResponseState.CLOSED


class Answer(ClinicBase):
    """The answer to one question, saved the moment it was given. None means skipped."""

    __tablename__ = "questionnaire_answer"
    __table_args__ = (UniqueConstraint("response_uid", "item"),)

    uid: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    patient_uid: Mapped[UUID] = mapped_column(Uuid)
    response_uid: Mapped[UUID] = mapped_column(ForeignKey("questionnaire_response.uid"))
    item: Mapped[int]
    kept_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    answered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    kept_text = sealed("kept_sealed")
    kept = Padded("kept_text")

    @property
    def value(self) -> int | None:
        """The chosen value; None when skipped."""
        found: int | None = self.kept[0]
        return found

    @property
    def earlier(self) -> list[int | None]:
        """The values before this one, oldest first."""
        return list(self.kept[1:])

    def change(self, value: int | None, at: datetime) -> None:
        """Take another value; the one before stays on record."""
        self.kept = [value, *[*self.earlier, self.value][-_EARLIER:]]
        self.answered_at = at


class StoredScore(ClinicBase):
    """What one finished questionnaire came to."""

    __tablename__ = "questionnaire_score"

    uid: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    patient_uid: Mapped[UUID] = mapped_column(Uuid, index=True)
    response_uid: Mapped[UUID] = mapped_column(ForeignKey("questionnaire_response.uid"), unique=True)
    instrument: Mapped[str]
    version: Mapped[str]
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime)
    result_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    result_text = sealed("result_sealed")
    result = Padded("result_text")

    @property
    def total(self) -> float | None:
        """The total; None when a question was skipped."""
        found: float | None = self.result["total"]
        return found

    @property
    def positive(self) -> bool | None:
        """Whether the total reaches the cut-off that applies; None where none does or nobody said which."""
        found: bool | None = self.result.get("positive")
        return found

    @property
    def rule_met(self) -> bool | None:
        """Whether the pack's rule over groups of symptoms is met; None without a rule."""
        found: bool | None = self.result.get("rule_met")
        return found

    @property
    def band(self) -> str | None:
        """The id of the band the total falls in, if the instrument has bands."""
        found: str | None = self.result["band"]
        return found

    @property
    def risk_answer(self) -> int | None:
        """The highest answer to a question about self-harm; None when there is none or it was skipped."""
        found: int | None = self.result["risk_answer"]
        return found
