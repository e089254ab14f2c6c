"""A therapist's public profile and working hours, and the licences that allow the work."""

from __future__ import annotations

from datetime import date, datetime, time
from enum import StrEnum
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Date, ForeignKey, Uuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from vtclinic.core import clock
from vtclinic.core.crypto import EncryptedText
from vtclinic.core.database import ClinicBase, UtcDateTime
from vtclinic.core.errors import Conflict
from vtclinic.identity.models import User

Interval = tuple[time, time]
# Hours count towards a part of the day when at least this much of it is covered.
_PARTS = {"morning": (time(8), time(12)), "afternoon": (time(12), time(17)), "evening": (time(17), time(22))}


class CredentialState(StrEnum):
    """Where a licence is in its life; EXPIRED follows from the day and is never stored."""

    PENDING = "pending"
    VERIFIED = "verified"
    REFUSED = "refused"
    EXPIRED = "expired"


class Therapist(ClinicBase):
    """How a therapist works and presents themselves; patients may read all of it but gender, which only answers a stated wish."""

    __tablename__ = "therapist"

    uid: Mapped[UUID] = mapped_column(ForeignKey("user.uid"), primary_key=True)
    title: Mapped[str] = mapped_column(default="")
    practising_since: Mapped[int | None]
    languages: Mapped[list[str]] = mapped_column(JSON, default=list)
    specialities: Mapped[list[str]] = mapped_column(JSON, default=list)
    modalities: Mapped[list[str]] = mapped_column(JSON, default=list)
    styles: Mapped[list[str]] = mapped_column(JSON, default=list)
    formats: Mapped[list[str]] = mapped_column(JSON, default=list)
    age_bands: Mapped[list[str]] = mapped_column(JSON, default=list)
    gender: Mapped[str | None] = mapped_column(EncryptedText("therapist.gender"))
    risk: Mapped[int] = mapped_column(default=0)
    bio: Mapped[str] = mapped_column(default="")
    photo: Mapped[str | None]
    timezone: Mapped[str]
    hours: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    capacity: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    user: Mapped[User] = relationship(lazy="joined", innerjoin=True, viewonly=True)
    leave: Mapped[list[TherapistLeave]] = relationship(lazy="selectin", order_by="TherapistLeave.first", cascade="all, delete-orphan")

    @property
    def name(self) -> str:
        """Return the name of the account."""
        return self.user.name

    @property
    def first_name(self) -> str:
        """Return the first word of the name."""
        return self.user.preferred_name

    @property
    def has_photo(self) -> bool:
        """Tell whether there is a portrait to show."""
        return bool(self.photo)

    @property
    def years(self) -> int | None:
        """Return for how many years this therapist has worked, if told."""
        return max(0, clock.now().year - self.practising_since) if self.practising_since else None

    @property
    def weekly_hours(self) -> dict[int, list[Interval]]:
        """Return working hours as wall times in `timezone`, by weekday (Monday is 0)."""
        return read_hours(self.hours)

    @weekly_hours.setter
    def weekly_hours(self, weekly: dict[int, list[Interval]]) -> None:
        self.hours = {str(day): [[f"{start:%H:%M}", f"{end:%H:%M}"] for start, end in rows] for day, rows in sorted(weekly.items()) if rows}

    @property
    def times(self) -> list[str]:
        """Return when this therapist works, in the words patients choose from: morning … evening, saturday, sunday."""
        weekly = self.weekly_hours
        found = [part for part, span in _PARTS.items() if any(_overlap(row, span) for day in range(5) for row in weekly.get(day, []))]
        return found + [word for word, day in (("saturday", 5), ("sunday", 6)) if weekly.get(day)]


class TherapistLeave(ClinicBase):
    """Days on which a therapist does not work, both included; who covers, and what clients read meanwhile."""

    __tablename__ = "therapist_leave"

    uid: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    therapist_uid: Mapped[UUID] = mapped_column(ForeignKey("therapist.uid"), index=True)
    first: Mapped[date] = mapped_column(Date)
    last: Mapped[date] = mapped_column(Date)
    cover_uid: Mapped[UUID | None] = mapped_column(Uuid)
    words: Mapped[str | None] = mapped_column(EncryptedText("therapist_leave.words"))


class Credential(ClinicBase):
    """A licence to practise in one country or region; only a verified one that has not run out allows booking."""

    __tablename__ = "credential"

    uid: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    therapist_uid: Mapped[UUID] = mapped_column(ForeignKey("user.uid"), index=True)
    number: Mapped[str] = mapped_column(EncryptedText("credential.number"))
    title: Mapped[str]
    register: Mapped[str]
    country: Mapped[str]
    region: Mapped[str] = mapped_column(default="")
    expires_on: Mapped[date] = mapped_column(Date, index=True)
    evidence: Mapped[str | None]
    evidence_kind: Mapped[str | None]
    state: Mapped[str] = mapped_column(default=CredentialState.PENDING, index=True)
    submitted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    checked_by: Mapped[UUID | None] = mapped_column(Uuid)
    checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    asked: Mapped[str | None] = mapped_column(EncryptedText("credential.asked"))
    reminded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    user: Mapped[User] = relationship(lazy="joined", innerjoin=True, viewonly=True)

    def standing(self, on: date) -> CredentialState:
        """Return the state on a day: a verified licence is expired the day after its last."""
        if self.state == CredentialState.VERIFIED and on > self.expires_on:
            return CredentialState.EXPIRED
        return CredentialState(self.state)

    def covers(self, country: str, region: str, on: date) -> bool:
        """Tell whether it allows work on a day where a patient is: a country's licence covers its regions, not the reverse."""
        here = self.country == country and self.region in ("", region)
        return here and self.standing(on) == CredentialState.VERIFIED

    def approve(self, by: UUID | None, at: datetime) -> None:
        """Note that the clinic has seen the evidence."""
        self._check_pending()
        self.state, self.checked_by, self.checked_at, self.asked = CredentialState.VERIFIED, by, at, None

    def ask_again(self, by: UUID | None, at: datetime, reason: str) -> None:
        """Send it back to the therapist with what is missing."""
        self._check_pending()
        self.state, self.checked_by, self.checked_at, self.asked = CredentialState.REFUSED, by, at, reason

    def _check_pending(self) -> None:
        if self.state != CredentialState.PENDING:
            raise Conflict("this credential has been decided already")


def read_hours(stored: dict[str, Any] | None) -> dict[int, list[Interval]]:
    """Return hours as they are stored as wall times by weekday."""
    return {int(day): [(_wall(start), _wall(end)) for start, end in rows] for day, rows in (stored or {}).items()}


@lru_cache(maxsize=2048)
def _wall(text: str) -> time:
    return time.fromisoformat(text)


def _overlap(row: Interval, span: Interval) -> bool:
    start, end = row
    late = end if end > start else time.max
    return max(start, span[0]) < min(late, span[1])
