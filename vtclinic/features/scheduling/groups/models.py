"""Sessions with seats, who leads them, who is asked to come, and the seats that make one too many impossible."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from vtclinic.core.crypto import EncryptedText
from vtclinic.core.database import ClinicBase, UtcDateTime
from vtclinic.core.errors import Conflict
from vtclinic.core.i18n import gettext as _


class GroupKind(StrEnum):
    """A group has any number of seats; a couple has two people, and takes place when both agree."""

    GROUP = "group"
    COUPLE = "couple"


class GroupState(StrEnum):
    """Where a session with seats is in its life."""

    PLANNED = "planned"
    CANCELLED = "cancelled"
    DONE = "done"


class MemberState(StrEnum):
    """What a person answered."""

    INVITED = "invited"
    JOINED = "joined"
    DECLINED = "declined"
    LEFT = "left"


class GroupSession(ClinicBase):
    """One session with seats. Its title is the therapist's, is seen by those asked, and never leaves in a letter or a calendar."""

    __tablename__ = "group_session"
    __table_args__ = (Index("ix_group_session_state_start", "state", "starts_at"),)

    uid: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    kind: Mapped[str]
    title: Mapped[str] = mapped_column(EncryptedText("group_session.title"))
    service_uid: Mapped[UUID] = mapped_column(ForeignKey("service_type.uid"))
    seats: Mapped[int]
    format: Mapped[str]
    zone: Mapped[str]
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # Whether everybody in the care of its therapists may take a seat, or only those who are asked.
    open_to_all: Mapped[bool]
    state: Mapped[str]
    ics_sequence: Mapped[int] = mapped_column(default=0)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def minutes(self) -> int:
        """Return the length."""
        return int((self.ends_at - self.starts_at).total_seconds() // 60)

    @property
    def is_planned(self) -> bool:
        """Tell whether it has not been called off or held."""
        return self.state == GroupState.PLANNED

    @property
    def is_couple(self) -> bool:
        """Tell whether it is for two people who both have to agree."""
        return self.kind == GroupKind.COUPLE

    def check_open(self, at: datetime) -> None:
        """Raise Conflict once it was called off or has begun."""
        if not self.is_planned:
            raise Conflict(_("This session is not planned any more. Nothing was changed."))
        if at >= self.starts_at:
            raise Conflict(_("This session has started. Nothing was changed."))

    def move(self, start: datetime, end: datetime, at: datetime) -> None:
        """Take it to another time; it stays the same session, and its calendar entries' sequence rises."""
        self.check_open(at)
        self.starts_at, self.ends_at, self.changed_at, self.ics_sequence = start, end, at, self.ics_sequence + 1

    def cancel(self, at: datetime) -> None:
        """Call it off."""
        self.check_open(at)
        self.state, self.changed_at, self.ics_sequence = GroupState.CANCELLED, at, self.ics_sequence + 1

    def finish(self) -> None:
        """Note that its time is over."""
        self.state = GroupState.DONE


class GroupTherapist(ClinicBase):
    """One therapist of a session with seats."""

    __tablename__ = "group_therapist"

    group_uid: Mapped[UUID] = mapped_column(ForeignKey("group_session.uid"), primary_key=True)
    therapist_uid: Mapped[UUID] = mapped_column(Uuid, primary_key=True, index=True)


class GroupMember(ClinicBase):
    """One patient who was asked or came by themselves; `shows_name` is their own choice and begins as no."""

    __tablename__ = "group_member"
    __table_args__ = (UniqueConstraint("group_uid", "patient_uid"),)

    uid: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    group_uid: Mapped[UUID] = mapped_column(ForeignKey("group_session.uid"))
    patient_uid: Mapped[UUID] = mapped_column(Uuid, index=True)
    state: Mapped[str]
    zone: Mapped[str]
    shows_name: Mapped[bool] = mapped_column(default=False)
    sequence: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    def note_change(self, at: datetime) -> None:
        """Note that the session changed for them: the calendar entry's sequence rises, and links of older letters do nothing."""
        self.changed_at, self.sequence = at, self.sequence + 1


class GroupSeat(ClinicBase):
    """One seat that is taken. The primary key is the rule: however many come at once, no seat has two people and none lies past the last."""

    __tablename__ = "group_seat"

    group_uid: Mapped[UUID] = mapped_column(ForeignKey("group_session.uid"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    member_uid: Mapped[UUID] = mapped_column(ForeignKey("group_member.uid"), unique=True)
