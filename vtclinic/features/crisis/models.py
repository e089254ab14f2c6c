"""Tasks that a clinician must act on because somebody may be in danger, and the ledger of what was done."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, Uuid, event, false
from sqlalchemy.orm import Mapped, mapped_column

from vtclinic.core.crypto import sealed
from vtclinic.core.database import ClinicBase, UtcDateTime
from vtclinic.core.errors import Conflict


class Level(StrEnum):
    """How soon somebody must act."""

    SAME_DAY = "same_day"
    NOW = "now"


class TaskKind(StrEnum):
    """What raised a task: an answer to a questionnaire, or words that somebody wrote."""

    ANSWER = "answer"
    WORDS = "words"


class Rung(StrEnum):
    """Where a task stands on the ladder: whom it was last given to. ALL: nobody was there to own it."""

    CARE = "care"
    ON_CALL = "on_call"
    BACKUP = "backup"
    LEAD = "lead"
    ALL = "all"
    ALARM = "alarm"


class TaskState(StrEnum):
    """Where a task is in its life; the last two are its ends."""

    RAISED = "raised"
    ACKNOWLEDGED = "acknowledged"
    CONTACT_ATTEMPTED = "contact_attempted"
    RESOLVED = "resolved"
    TRANSFERRED = "transferred"


OPEN_STATES = (TaskState.RAISED, TaskState.ACKNOWLEDGED, TaskState.CONTACT_ATTEMPTED)


class ActKind(StrEnum):
    """What can stand in a task's ledger."""

    RAISED = "raised"
    MORE_URGENT = "more_urgent"
    ANSWER_CHANGED = "answer_changed"
    SAFE_ANSWER = "safe_answer"
    TOLD = "told"
    UNANSWERED = "unanswered"
    CLIMBED = "climbed"
    AWAY = "away"
    MORE_WORDS = "more_words"
    TOOK = "took"
    HANDED_OVER = "handed_over"
    CALLED = "called"
    REACHED = "reached"
    NOT_REACHED = "not_reached"
    NOTED = "noted"
    CLOSED = "closed"


CONTACT = (ActKind.CALLED, ActKind.REACHED, ActKind.NOT_REACHED)


class RiskTask(ClinicBase):
    """Something that somebody must act on. One response raises one task, however often it is sent.

    `response_uid` is the response, or the first message or answer in words. While nobody has begun, `climb_at` says when the ladder's
    next step is due; it was set at `told_at`, so that a clock that was set back is noticed.
    """

    __tablename__ = "risk_task"
    __table_args__ = (Index("ix_risk_task_open", "state", "due_by"), Index("ix_risk_task_climb", "state", "climb_at"))

    uid: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    patient_uid: Mapped[UUID] = mapped_column(Uuid, index=True)
    kind: Mapped[str] = mapped_column(default=TaskKind.ANSWER, server_default=TaskKind.ANSWER)
    response_uid: Mapped[UUID] = mapped_column(Uuid, unique=True)
    instrument: Mapped[str]
    item: Mapped[int]
    level: Mapped[str]
    state: Mapped[str]
    owner_uid: Mapped[UUID | None] = mapped_column(Uuid, index=True)
    raised_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_by: Mapped[datetime] = mapped_column(UtcDateTime)
    acknowledged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    chased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    rung: Mapped[str] = mapped_column(default=Rung.ALL, server_default=Rung.ALL)
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    climb_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Its owner took it while on leave, so leave alone does not take it away again.
    despite_leave: Mapped[bool] = mapped_column(default=False, server_default=false())
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    close_reason: Mapped[str | None]

    @property
    def is_open(self) -> bool:
        """Tell whether somebody still has to act."""
        return self.state in OPEN_STATES

    def is_late(self, now: datetime) -> bool:
        """Tell whether the promise passed and nobody has begun."""
        return self.state == TaskState.RAISED and now > self.due_by

    def is_for_all(self, now: datetime) -> bool:
        """Tell whether any therapist may take it: nobody owns it, or its owner let the promise pass."""
        return self.is_open and (self.owner_uid is None or self.is_late(now))

    def raise_level(self, due_by: datetime) -> bool:
        """Make it urgent; returns whether that changed anything."""
        if not self.is_open or self.level == Level.NOW:
            return False
        self.level, self.due_by, self.chased_at = Level.NOW, min(self.due_by, due_by), None
        return True

    def give(self, rung: Rung, owner: UUID | None, *, told_at: datetime, climb_at: datetime) -> None:
        """Let one person answer for it, who has until `climb_at` to begin; None: whoever comes first."""
        self.rung, self.owner_uid, self.state, self.acknowledged_at = rung, owner, TaskState.RAISED, None
        self.told_at, self.climb_at, self.despite_leave = told_at, climb_at, False

    def acknowledge(self, owner: UUID, at: datetime, *, despite_leave: bool = False) -> None:
        """Let one person own it and say so."""
        self.despite_leave = despite_leave
        self.owner_uid, self.state, self.acknowledged_at, self.climb_at = owner, TaskState.ACKNOWLEDGED, at, None

    def attempt(self) -> None:
        """Note that somebody tried to reach the patient."""
        self.state = TaskState.CONTACT_ATTEMPTED

    def reopen(self, due_by: datetime) -> None:
        """Raise it anew: the same questionnaire named self-harm again after the task was closed."""
        self.state, self.due_by, self.closed_at, self.close_reason = TaskState.RAISED, due_by, None, None
        self.acknowledged_at = self.chased_at = None

    def close(self, reason: str, at: datetime, *, transferred: bool) -> None:
        """End it."""
        if not self.is_open:
            raise Conflict
        self.state = TaskState.TRANSFERRED if transferred else TaskState.RESOLVED
        self.closed_at, self.close_reason, self.climb_at = at, reason, None


class RiskAct(ClinicBase):
    """One line of a task's ledger: who, when, what, in their words. Lines are added and never changed."""

    __tablename__ = "risk_act"

    uid: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    task_uid: Mapped[UUID] = mapped_column(ForeignKey("risk_task.uid"), index=True)
    patient_uid: Mapped[UUID] = mapped_column(Uuid)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_uid: Mapped[UUID | None] = mapped_column(Uuid)
    about_uid: Mapped[UUID | None] = mapped_column(Uuid)
    kind: Mapped[str]
    words_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    words = sealed("words_sealed")


def _refuse(_mapper: Any, _connection: Any, row: RiskAct) -> None:
    raise Conflict("a ledger's line is never changed")


event.listen(RiskAct, "before_update", _refuse)
event.listen(RiskAct, "before_delete", _refuse)
