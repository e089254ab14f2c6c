"""Series, and their times: each is named by the day its rule gives, and becomes one appointment."""

from __future__ import annotations

from datetime import date, datetime, time
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Date, DateTime, ForeignKey, Index, Time, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from vtclinic.core.database import ClinicBase, UtcDateTime
from vtclinic.core.errors import Conflict
from vtclinic.core.i18n import gettext as _
from vtclinic.features.scheduling.recurrence import Every, Pattern, Rule


class SeriesState(StrEnum):
    """Where a series is in its life: offered by the therapist or asked for by the patient, then running, then over."""

    OFFERED = "offered"
    ASKED = "asked"
    RUNNING = "running"
    ENDED = "ended"
    DECLINED = "declined"


OPEN = (SeriesState.OFFERED, SeriesState.ASKED)


class Series(ClinicBase):
    """What two people agreed on: a wall time in one zone and a rule. What is booked of it stands in `SeriesTime`.

    A change from one day on moves `first` there; what was before keeps its own times. `zones_version` is the IANA release with which the
    instants of its times were found.
    """

    __tablename__ = "series"
    __table_args__ = (Index("ix_series_state", "state"),)

    uid: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    patient_uid: Mapped[UUID] = mapped_column(Uuid, index=True)
    therapist_uid: Mapped[UUID] = mapped_column(Uuid, index=True)
    service_uid: Mapped[UUID] = mapped_column(ForeignKey("service_type.uid"))
    minutes: Mapped[int]
    format: Mapped[str]
    zone: Mapped[str]
    first: Mapped[date] = mapped_column(Date)
    wall: Mapped[time] = mapped_column(Time)
    every: Mapped[str]
    interval: Mapped[int]
    nth: Mapped[int | None]
    count: Mapped[int | None]
    until: Mapped[date | None] = mapped_column(Date)
    state: Mapped[str]
    zones_version: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def pattern(self) -> Pattern:
        """Return what it follows from now on."""
        return Pattern(self.first, self.wall, self.zone, Rule(Every(self.every), self.interval, self.nth, self.count, self.until))

    def follow(self, pattern: Pattern, at: datetime) -> None:
        """Follow another pattern from its first day on."""
        self.first, self.wall, self.zone = pattern.first, pattern.wall, pattern.zone
        self.every, self.interval, self.nth = pattern.rule.every, pattern.rule.interval, pattern.rule.nth
        self.count, self.until, self.changed_at = pattern.rule.count, pattern.rule.until, at

    @property
    def is_open(self) -> bool:
        """Tell whether it waits for one of the two to agree."""
        return self.state in OPEN

    @property
    def is_running(self) -> bool:
        """Tell whether times of it are booked as they come."""
        return self.state == SeriesState.RUNNING

    def start(self, at: datetime) -> None:
        """Begin: both agree."""
        if not self.is_open:
            raise Conflict(_("This is not open any more. Nothing was changed."))
        self.state, self.changed_at = SeriesState.RUNNING, at

    def decline(self, at: datetime) -> None:
        """Let an offer or a wish go."""
        if not self.is_open:
            raise Conflict(_("This is not open any more. Nothing was changed."))
        self.state, self.changed_at = SeriesState.DECLINED, at

    def end(self, at: datetime) -> None:
        """Book no more of it."""
        self.state, self.changed_at = SeriesState.ENDED, at


class TimeState(StrEnum):
    """What became of one time: booked as an appointment, or left out."""

    BOOKED = "booked"
    LEFT_OUT = "left_out"


class Why(StrEnum):
    """Why a time was left out."""

    CHOSEN = "chosen"
    TAKEN = "taken"
    LEAVE = "leave"
    CLOSED = "closed"
    LICENCE = "licence"


class SeriesTime(ClinicBase):
    """One time of a series. `day` names it; `local` is what the wall in `zone` shows, `at` the instant that was found for it.

    The primary key is why filling a series twice, or half and again, makes nothing twice.
    """

    __tablename__ = "series_time"

    series_uid: Mapped[UUID] = mapped_column(ForeignKey("series.uid"), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    local: Mapped[datetime] = mapped_column(DateTime)
    zone: Mapped[str]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str]
    why: Mapped[str | None]
    appointment_uid: Mapped[UUID | None] = mapped_column(ForeignKey("appointment.uid"), unique=True)
