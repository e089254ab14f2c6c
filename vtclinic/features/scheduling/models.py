"""Kinds of session, appointments, and the claims that make booking a time twice impossible."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from vtclinic.core.crypto import sealed
from vtclinic.core.database import ClinicBase, UtcDateTime
from vtclinic.core.errors import Conflict
from vtclinic.core.i18n import gettext as _
from vtclinic.features.scheduling.times import Service

# Claims are kept per five minutes: every zone's offset and every usual session length is a multiple of it.
GRAIN = timedelta(minutes=5)


class State(StrEnum):
    """Where an appointment is in its life.

    A requested one holds its time until the therapist answers; declined is what they refused or left unanswered.
    """

    REQUESTED = "requested"
    BOOKED = "booked"
    DECLINED = "declined"
    CANCELLED_BY_PATIENT = "cancelled_by_patient"
    CANCELLED_BY_CLINIC = "cancelled_by_clinic"
    DONE = "done"
    NO_SHOW = "no_show"


# What takes time of both people.
HOLDING = (State.BOOKED, State.REQUESTED)


class Audience(StrEnum):
    """For whom a kind of session is: a first session, later ones, or either."""

    BOTH = "both"
    INTAKE = "intake"
    FOLLOW_UP = "follow_up"


class ClaimKind(StrEnum):
    """Why a grain of somebody's time is taken."""

    APPOINTMENT = "appointment"
    GROUP = "group"
    HOLD = "hold"


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
    audience: Mapped[str] = mapped_column(default=Audience.BOTH)
    formats: Mapped[list[str]] = mapped_column(JSON, default=list)
    therapists: Mapped[list[str]] = mapped_column(JSON, default=list)
    approval: Mapped[bool] = mapped_column(default=False)
    approval_hours: Mapped[int] = mapped_column(default=24)
    cancel_words: Mapped[str] = mapped_column(default="")
    price: Mapped[str] = mapped_column(default="")

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

    def is_offered_by(self, therapist_uid: UUID) -> bool:
        """Tell whether a therapist offers it; an empty list means everybody."""
        return not self.therapists or str(therapist_uid) in self.therapists

    def is_for(self, *, first: bool) -> bool:
        """Tell whether it fits somebody's first session, or a later one."""
        return self.audience in (Audience.BOTH, Audience.INTAKE if first else Audience.FOLLOW_UP)


class Appointment(ClinicBase):
    """One session of one patient with one therapist, at an instant; both zones are kept as they were when it was booked."""

    __tablename__ = "appointment"
    __table_args__ = (
        UniqueConstraint("patient_uid", "booking_key"),
        # All that the search for open times reads, so that it needs no row.
        Index("ix_appointment_therapist_start", "therapist_uid", "starts_at", "ends_at", "state", "service_uid"),
        Index("ix_appointment_patient_start", "patient_uid", "starts_at"),
        Index("ix_appointment_state_start", "state", "starts_at"),
    )

    uid: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    patient_uid: Mapped[UUID] = mapped_column(Uuid)
    therapist_uid: Mapped[UUID] = mapped_column(Uuid)
    service_uid: Mapped[UUID] = mapped_column(ForeignKey("service_type.uid"))
    series_uid: Mapped[UUID | None] = mapped_column(Uuid, index=True)
    # The occurrence's originally scheduled instant: it stays when the occurrence is moved.
    series_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    patient_zone: Mapped[str]
    therapist_zone: Mapped[str]
    format: Mapped[str]
    state: Mapped[str] = mapped_column(default=State.BOOKED)
    cancel_hours: Mapped[int]
    # Until when the therapist can accept what was requested.
    answer_by: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ics_sequence: Mapped[int] = mapped_column(default=0)
    # For which time the patient said that they come: a moved session is not confirmed any more.
    confirmed_sequence: Mapped[int | None]
    booking_key: Mapped[UUID] = mapped_column(Uuid)
    booked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    words_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    words = sealed("words_sealed")
    others: Mapped[list[JointTherapist]] = relationship(viewonly=True)

    @property
    def other_uids(self) -> tuple[UUID, ...]:
        """Return who takes part beside the therapist who leads; nearly always nobody."""
        return tuple(sorted(row.therapist_uid for row in self.others))

    @property
    def minutes(self) -> int:
        """Return the length."""
        return int((self.ends_at - self.starts_at).total_seconds() // 60)

    @property
    def is_booked(self) -> bool:
        """Tell whether it will take place."""
        return self.state == State.BOOKED

    @property
    def is_confirmed(self) -> bool:
        """Tell whether the patient said that they come, for the time it has now."""
        return self.is_booked and self.confirmed_sequence == self.ics_sequence

    @property
    def is_requested(self) -> bool:
        """Tell whether it waits for the therapist's answer."""
        return self.state == State.REQUESTED

    @property
    def holds_time(self) -> bool:
        """Tell whether it takes both people's time."""
        return self.state in HOLDING

    @property
    def is_cancelled(self) -> bool:
        """Tell whether somebody called it off, or it was never accepted."""
        return self.state in (State.CANCELLED_BY_PATIENT, State.CANCELLED_BY_CLINIC, State.DECLINED)

    @property
    def cancel_by(self) -> datetime:
        """Return until when the patient can cancel in good time (elapsed hours before the start)."""
        return self.starts_at - timedelta(hours=self.cancel_hours)

    @property
    def cancelled_late(self) -> bool:
        """Tell whether the patient cancelled after `cancel_by`; a clinic's own cancelling never counts."""
        return self.state == State.CANCELLED_BY_PATIENT and self.changed_at > self.cancel_by

    @property
    def is_missed(self) -> bool:
        """Tell whether the patient did not come."""
        return self.state == State.NO_SHOW

    def cancel(self, state: State, at: datetime) -> None:
        """Call it off; the calendar entry's sequence rises (RFC 5546 §2.1.4)."""
        self._check_open(at, _("This session has started. You cannot cancel it here."))
        self.state, self.changed_at, self.ics_sequence = state, at, self.ics_sequence + 1

    def move(self, start: datetime, end: datetime, at: datetime) -> None:
        """Take it to another time; it stays the same appointment, and the calendar entry's sequence rises."""
        self._check_open(at, _("This session has started. You cannot move it here."))
        self.starts_at, self.ends_at, self.changed_at, self.ics_sequence = start, end, at, self.ics_sequence + 1

    def confirm(self) -> None:
        """Note that the patient comes at this time."""
        if not self.is_booked:
            raise Conflict(_("This session is not booked any more. Nothing was changed."))
        self.confirmed_sequence = self.ics_sequence

    def accept(self, at: datetime) -> None:
        """Turn a request into a booking."""
        if not self.is_requested:
            raise Conflict(_("This request is not open any more. Nothing was changed."))
        self.state, self.changed_at = State.BOOKED, at

    def decline(self, at: datetime) -> None:
        """Let a request go."""
        if not self.is_requested:
            raise Conflict(_("This request is not open any more. Nothing was changed."))
        self.state, self.changed_at, self.ics_sequence = State.DECLINED, at, self.ics_sequence + 1

    def finish(self) -> None:
        """Note that its time is over."""
        if not self.is_booked:
            raise Conflict("only a booked session can be over")
        self.state = State.DONE

    def miss(self, at: datetime) -> None:
        """Note that the patient did not come; also once it was noted as over."""
        if self.state not in (State.BOOKED, State.DONE):
            raise Conflict(_("This session is not booked any more. Nothing was changed."))
        if at < self.starts_at:
            raise Conflict(_("This session has not started. Nothing was changed."))
        self.state, self.changed_at = State.NO_SHOW, at

    def take_back_missing(self, at: datetime) -> None:
        """Note that they came after all: it goes on, or it is over."""
        if self.state != State.NO_SHOW:
            raise Conflict("only a missed session can be taken back")
        self.state, self.changed_at = State.BOOKED if at < self.ends_at else State.DONE, at

    def _check_open(self, at: datetime, started: str) -> None:
        if not self.holds_time:
            raise Conflict(_("This session is not booked any more. Nothing was changed."))
        if at >= self.starts_at:
            raise Conflict(started)


class JointTherapist(ClinicBase):
    """One more therapist in a session, beside the one who leads it; their time is claimed with it."""

    __tablename__ = "joint_therapist"

    appointment_uid: Mapped[UUID] = mapped_column(ForeignKey("appointment.uid"), primary_key=True)
    therapist_uid: Mapped[UUID] = mapped_column(Uuid, primary_key=True, index=True)


class SlotClaim(ClinicBase):
    """One grain of one person's time, taken by one appointment, group session or hold, which `for_uid` names.

    The primary key is the rule: no therapist and no patient can be in two sessions at once, whichever database keeps it and however many book.
    """

    __tablename__ = "slot_claim"

    holder_uid: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    for_uid: Mapped[UUID] = mapped_column(Uuid, index=True)
    kind: Mapped[str] = mapped_column(default=ClaimKind.APPOINTMENT)


class PlannedNotice(ClinicBase):
    """A reminder that waits for its moment; the row goes in the transaction that tells the person.

    The kind "plan" stands for all of them: the worker works out the reminders of a time that was booked or moved.
    """

    __tablename__ = "planned_notice"

    appointment_uid: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    to_uid: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    until: Mapped[datetime] = mapped_column(UtcDateTime)


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
