"""The days a clinic is closed, and who works on them all the same."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import Date, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from vtclinic.core.database import ClinicBase


class ClosingRules(ClinicBase):
    """How a clinic treats public holidays; one row, and none before the first change."""

    __tablename__ = "closing_rules"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    public: Mapped[bool] = mapped_column(default=True)
    region: Mapped[str] = mapped_column(default="")


class ClinicDay(ClinicBase):
    """A day that differs from the public calendar: a clinic's own closing day, or a holiday on which it is open."""

    __tablename__ = "clinic_day"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    closed: Mapped[bool]
    name: Mapped[str] = mapped_column(default="")


class DayWorked(ClinicBase):
    """A closed day on which one therapist works all the same."""

    __tablename__ = "day_worked"

    therapist_uid: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
