"""Who is on call when, and the clinic's rules of escalation in all their versions."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Date, Index, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from vtclinic.core.database import ClinicBase, UtcDateTime


class Post(StrEnum):
    """The two posts of a rota."""

    PRIMARY = "primary"
    BACKUP = "backup"


class DutySpan(ClinicBase):
    """A stretch of the weekly pattern on the clinic's clock.

    `starts` and `ends` are minutes after midnight; an end that is not after the start is on the next day.
    """

    __tablename__ = "duty_span"

    uid: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    weekday: Mapped[int]
    starts: Mapped[int]
    ends: Mapped[int]
    post: Mapped[str]
    user_uid: Mapped[UUID] = mapped_column(Uuid, index=True)


class DutyOverride(ClinicBase):
    """A stretch of one day on which somebody else (None: nobody) has a post, whatever the pattern says."""

    __tablename__ = "duty_override"
    __table_args__ = (Index("ix_duty_override_day", "day"),)

    uid: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    day: Mapped[date] = mapped_column(Date)
    starts: Mapped[int]
    ends: Mapped[int]
    post: Mapped[str]
    user_uid: Mapped[UUID | None] = mapped_column(Uuid)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


class RiskRules(ClinicBase):
    """One version of the clinic's rules; the newest is in force and none is ever changed."""

    __tablename__ = "risk_rules"

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[UUID | None] = mapped_column(Uuid)
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
