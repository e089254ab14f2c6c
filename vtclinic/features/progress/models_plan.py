"""When questionnaires come by themselves: the rules, who pauses, the sessions that were held, and what was given for which point."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Date, ForeignKey, Index, UniqueConstraint, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from vtclinic.core.database import ClinicBase, UtcDateTime

_IN_FORCE = text("ended_at IS NULL")


class When(StrEnum):
    """What makes a questionnaire due."""

    FIRST = "first"
    SESSIONS = "sessions"
    WEEKS = "weeks"
    NEVER = "never"


class Plan(ClinicBase):
    """One rule: which questionnaire comes when. Without a patient it is the clinic's; a patient's own takes the place of the clinic's for that questionnaire."""

    __tablename__ = "questionnaire_plan"
    __table_args__ = (Index("ix_questionnaire_plan_in_force", "patient_uid", sqlite_where=_IN_FORCE, postgresql_where=_IN_FORCE),)

    uid: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    patient_uid: Mapped[UUID | None] = mapped_column(Uuid)
    instrument: Mapped[str]
    when: Mapped[str]
    every: Mapped[int] = mapped_column(default=1)
    days: Mapped[int]
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by: Mapped[UUID] = mapped_column(Uuid)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by: Mapped[UUID | None] = mapped_column(Uuid)


class PlanPause(ClinicBase):
    """A patient to whom nothing comes by itself for now; `until` is the last day of it, None is open-ended."""

    __tablename__ = "questionnaire_pause"

    patient_uid: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    until: Mapped[date | None] = mapped_column(Date)
    by: Mapped[UUID] = mapped_column(Uuid)


class SessionHeld(ClinicBase):
    """A session that took place, as far as progress needs to know; the key makes the news of one session count once."""

    __tablename__ = "questionnaire_session"

    appointment_uid: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    patient_uid: Mapped[UUID] = mapped_column(Uuid, index=True)
    therapist_uid: Mapped[UUID] = mapped_column(Uuid)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class DuePoint(ClinicBase):
    """One point at which a rule was due for one patient. The constraint lets each point be served once, whoever comes to it.

    `response_uid` is None when the questions were open already, so that nothing was given.
    """

    __tablename__ = "questionnaire_due"
    __table_args__ = (UniqueConstraint("plan_uid", "patient_uid", "point"),)

    uid: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    plan_uid: Mapped[UUID] = mapped_column(ForeignKey("questionnaire_plan.uid"))
    patient_uid: Mapped[UUID] = mapped_column(Uuid, index=True)
    point: Mapped[str]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    response_uid: Mapped[UUID | None] = mapped_column(ForeignKey("questionnaire_response.uid"))


class TrackRule(ClinicBase):
    """After how many sessions without a reliable change a therapist is reminded to talk about it; one row."""

    __tablename__ = "questionnaire_track_rule"
    ONLY = 1

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sessions: Mapped[int]
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
