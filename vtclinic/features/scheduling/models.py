"""Kinds of session, appointments, and the claims that make booking a time twice impossible."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from vtclinic.core.crypto import sealed
from vtclinic.core.database import ClinicBase, UtcDateTime
from vtclinic.core.errors import Conflict
from vtclinic.core.i18n import gettext as _
from vtclinic.features.scheduling.times import Service

# Claims are kept per five minutes: every zone's offset and every usual session length is a multiple of it.
GRAIN = timedelta(minutes=5)


class State(StrEnum):
    """Where an appointment is in its life."""

    BOOKED = "booked"
    CANCELLED_BY_PATIENT = "cancelled_by_patient"
    CANCELLED_BY_CLINIC = "cancelled_by_clinic"
    DONE = "done"


class ServiceType(ClinicBase):
    """A kind of session the clinic offers, and when it can be booked. Lengths are minutes."""

    __tablename__ = "service_type"

    uid: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    name: Mapped[str]
    minutes: Mapped[int]
    step_minutes: Mapped[int] = mapped_column(default=60)
    before_minutes: Mapped[int] = mapped_column(default=0)
    after_minutes: Mapped[int] = mapped_column(default=10)
    notice_minutes: Mapped[int] = mapped_column(default=240)
    horizon_days: Mapped[int] = mapped_column(default=60)
    cancel_hours: Mapped[int] = mapped_column(default=24)
    daily_cap: Mapped[int | None]
    active: Mapped[bool] = mapped_column(default=True)

    def rules(self) -> Service:
        """Return what the slot computation needs to know."""
        return Service(
            length=timedelta(minutes=self.minutes),
            step=timedelta(minutes=self.step_minutes),
            before=timedelta(minutes=self.before_minutes),
            after=timedelta(minutes=self.after_minutes),
            notice=timedelta(minutes=self.notice_minutes),
            horizon=timedelta(days=self.horizon_days),
            daily_cap=self.daily_cap,
        )


class Appointment(ClinicBase):
    """One session of one patient with one therapist, at an instant; both zones are kept as they were when it was booked."""

    __tablename__ = "appointment"
    __table_args__ = (
        UniqueConstraint("patient_uid", "booking_key"),
        Index("ix_appointment_therapist_start", "therapist_uid", "starts_at"),
        Index("ix_appointment_patient_start", "patient_uid", "starts_at"),
        Index("ix_appointment_state_start", "state", "starts_at"),
    )

    uid: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    patient_uid: Mapped[UUID] = mapped_column(Uuid)
    therapist_uid: Mapped[UUID] = mapped_column(Uuid)
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    patient_zone: Mapped[str]
    therapist_zone: Mapped[str]
    format: Mapped[str]
    state: Mapped[str] = mapped_column(default=State.BOOKED)
    cancel_hours: Mapped[int]
    ics_sequence: Mapped[int] = mapped_column(default=0)
    booking_key: Mapped[UUID] = mapped_column(Uuid)
    booked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    words_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    words = sealed("words_sealed")

    @property
    def minutes(self) -> int:
        """Return the length."""
        return int((self.ends_at - self.starts_at).total_seconds() // 60)

    @property
    def is_booked(self) -> bool:
        """Tell whether it will take place."""
        return self.state == State.BOOKED

    @property
    def is_cancelled(self) -> bool:
        """Tell whether somebody called it off."""
        return self.state in (State.CANCELLED_BY_PATIENT, State.CANCELLED_BY_CLINIC)

    @property
    def cancel_by(self) -> datetime:
        """Return until when the patient can cancel in good time (elapsed hours before the start)."""
        return self.starts_at - timedelta(hours=self.cancel_hours)

    @property
    def cancelled_late(self) -> bool:
        """Tell whether the patient cancelled after `cancel_by`; a clinic's own cancelling never counts."""
        return self.state == State.CANCELLED_BY_PATIENT and self.changed_at > self.cancel_by

    def cancel(self, state: State, at: datetime) -> None:
        """Call it off; the calendar entry's sequence rises (RFC 5546 §2.1.4)."""
        if not self.is_booked:
            raise Conflict(_("This session is not booked any more. Nothing was changed."))
        if at >= self.starts_at:
            raise Conflict(_("This session has started. You cannot cancel it here."))
        self.state, self.changed_at, self.ics_sequence = state, at, self.ics_sequence + 1

    def finish(self) -> None:
        """Note that its time is over."""
        if not self.is_booked:
            raise Conflict("only a booked session can be over")
        self.state = State.DONE


class SlotClaim(ClinicBase):
    """One grain of one person's time, taken by one appointment.

    The primary key is the rule: no therapist and no patient can be in two sessions at once, whichever database keeps it and however many book.
    """

    __tablename__ = "slot_claim"

    holder_uid: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    appointment_uid: Mapped[UUID] = mapped_column(ForeignKey("appointment.uid"), index=True)


class AppointmentNotice(ClinicBase):
    """A letter about an appointment that must go out once."""

    __tablename__ = "appointment_notice"

    appointment_uid: Mapped[UUID] = mapped_column(ForeignKey("appointment.uid"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


def grains(start: datetime, end: datetime) -> list[datetime]:
    """Return every grain that a stretch of time touches, earliest first."""
    first, last = floor(start), ceiling(end)
    return [first + number * GRAIN for number in range((last - first) // GRAIN)]


def floor(moment: datetime) -> datetime:
    """Return the start of the grain in which a moment lies."""
    utc = moment.astimezone(UTC)
    return utc - (utc - datetime.min.replace(tzinfo=UTC)) % GRAIN


def ceiling(moment: datetime) -> datetime:
    """Return the end of the last grain that ends at or after a moment."""
    below = floor(moment)
    return below if below == moment else below + GRAIN
