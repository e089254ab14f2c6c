"""What stands in a therapist's calendar: sessions, requests, groups, times kept for the waiting list, and what other calendars say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CompoundSelect,
    LargeBinary,
    String,
    Uuid,
    bindparam,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    type_coerce,
    union_all,
)

from vtclinic.core import clock
from vtclinic.core.uow import session
from vtclinic.features.scheduling.groups.models import GroupSession, GroupState, GroupTherapist
from vtclinic.features.scheduling.models import GRAIN, Appointment, ClaimKind, JointTherapist, SlotClaim, State
from vtclinic.features.scheduling.outside.models import OutsideBusy, OutsideCalendar
from vtclinic.identity.service import User

# Long enough that a session begun before a stretch of days still reaches into it.
LONGEST = timedelta(hours=6)


class MarkKind(StrEnum):
    """What takes the time; OFF is a session that was called off."""

    SESSION = "session"
    REQUEST = "request"
    GROUP = "group"
    HOLD = "hold"
    OUTSIDE = "outside"
    OFF = "off"


SESSIONS = frozenset({MarkKind.SESSION, MarkKind.REQUEST, MarkKind.OFF})
_KINDS = {State.REQUESTED: MarkKind.REQUEST, State.BOOKED: MarkKind.SESSION, State.DONE: MarkKind.SESSION, State.NO_SHOW: MarkKind.SESSION}


@dataclass(frozen=True)
class Mark:
    """One thing in the calendar. `words` are the client's name, a group's title or another calendar's name; `zone` is the client's."""

    kind: MarkKind
    uid: UUID
    start: datetime
    end: datetime
    words: str = ""
    state: str = ""
    format: str = ""
    zone: str = ""

    @property
    def of_a_client(self) -> bool:
        """Tell whether it is one client's session."""
        return self.kind in SESSIONS

    @property
    def takes_time(self) -> bool:
        """Tell whether nobody else can have the time."""
        return self.kind is not MarkKind.OFF

    @property
    def is_booked(self) -> bool:
        """Tell whether it is a session that will take place."""
        return self.state == State.BOOKED

    @property
    def movable(self) -> bool:
        """Tell whether it can be taken to another time: a session that has not begun."""
        return self.is_booked and self.start > clock.now()

    @property
    def minutes(self) -> int:
        """Return its length."""
        return int((self.end - self.start).total_seconds() // 60)


def marks(therapist_uid: UUID, start: datetime, end: datetime) -> list[Mark]:
    """Return what stands in a stretch of time, earliest first, with one query however much there is."""
    rows = session().execute(_all(), {"therapist": therapist_uid, "since": start - LONGEST, "start": start, "end": end})
    found = [_mark(tuple(row)) for row in rows]
    return sorted((mark for mark in found if mark.end > start and mark.start < end), key=lambda mark: (mark.start, mark.end, mark.kind))


def _mark(row: Sequence[Any]) -> Mark:
    kind, uid, start, end, sealed, state, way, zone = row
    columns = {MarkKind.SESSION: User.name, MarkKind.GROUP: GroupSession.title, MarkKind.OUTSIDE: OutsideCalendar.label}
    words = str(columns[MarkKind(kind)].type.process_result_value(sealed, None)) if sealed is not None else ""
    if kind == MarkKind.SESSION:
        return Mark(_KINDS.get(State(state), MarkKind.OFF), uid, start, end, words, state, way, zone)
    # Of a time that is kept only its last grain is known.
    return Mark(MarkKind(kind), uid, start, end + GRAIN if kind == MarkKind.HOLD else end, words)


@cache
def _all() -> CompoundSelect[Any]:
    # One query for four tables: the page has few to spare. Words stay sealed until their own column opens them.
    whose: BindParameter[UUID] = bindparam("therapist", type_=Uuid)
    since: BindParameter[datetime] = bindparam("since")
    until: BindParameter[datetime] = bindparam("end")
    none = literal("", String)
    joined = select(JointTherapist.appointment_uid).where(JointTherapist.therapist_uid == whose)
    sessions = (
        select(_is(MarkKind.SESSION), Appointment.uid, Appointment.starts_at, Appointment.ends_at, _sealed(User.name), Appointment.state, Appointment.format, Appointment.patient_zone)
        .join(User, User.uid == Appointment.patient_uid)
        .where(or_(Appointment.therapist_uid == whose, Appointment.uid.in_(joined)), Appointment.starts_at.between(since, until))
    )
    groups = (
        select(_is(MarkKind.GROUP), GroupSession.uid, GroupSession.starts_at, GroupSession.ends_at, _sealed(GroupSession.title), none, none, none)
        .join(GroupTherapist, GroupTherapist.group_uid == GroupSession.uid)
        .where(GroupTherapist.therapist_uid == whose, GroupSession.state != GroupState.CANCELLED, GroupSession.starts_at.between(since, until))
    )
    outside = (
        select(_is(MarkKind.OUTSIDE), OutsideCalendar.uid, OutsideBusy.starts_at, OutsideBusy.ends_at, _sealed(OutsideCalendar.label), none, none, none)
        .join(OutsideCalendar, OutsideCalendar.uid == OutsideBusy.calendar_uid)
        .where(OutsideBusy.therapist_uid == whose, OutsideBusy.starts_at < until, OutsideBusy.ends_at > bindparam("start"))
    )
    held = (
        select(_is(MarkKind.HOLD), SlotClaim.for_uid, func.min(SlotClaim.at), func.max(SlotClaim.at), cast(null(), LargeBinary), none, none, none)
        .where(SlotClaim.holder_uid == whose, SlotClaim.kind == ClaimKind.HOLD, SlotClaim.at.between(since, until))
        .group_by(SlotClaim.for_uid)
    )
    return union_all(sessions, groups, outside, held)


def _is(kind: MarkKind) -> ColumnElement[str]:
    return literal(kind.value, String)


def _sealed(column: Any) -> ColumnElement[bytes]:
    return type_coerce(column, LargeBinary)
