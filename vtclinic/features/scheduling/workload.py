"""How full each therapist's weeks are, and who of several takes a session: the least loaded, the same answer for the same question."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import select

from vtclinic.core import clock
from vtclinic.core.uow import session
from vtclinic.features.scheduling.models import HOLDING, Appointment, State
from vtclinic.features.staff import api as staff

LOOK_BACK = timedelta(weeks=4)
# What counts as one session of room in a week of working hours.
SESSION = timedelta(hours=1)


@dataclass(frozen=True)
class Loads:
    """Sessions by therapist and week (its Monday, in UTC), and how many a week of each has room for."""

    sessions: Counter[tuple[UUID, date]] = field(default_factory=Counter)
    room: dict[UUID, int] = field(default_factory=dict)

    def of(self, therapist_uid: UUID, moment: datetime) -> float:
        """Return the share of a week's room that is taken; a therapist without hours is full."""
        return self.sessions[therapist_uid, monday(moment)] / self.room.get(therapist_uid, 0) if self.room.get(therapist_uid) else 1.0

    def before(self, therapist_uid: UUID, moment: datetime) -> float:
        """Return the share of the four weeks before that was taken."""
        weeks = [monday(moment) - timedelta(weeks=number) for number in range(1, 5)]
        return sum(self.sessions[therapist_uid, week] for week in weeks) / (4 * self.room[therapist_uid]) if self.room.get(therapist_uid) else 1.0

    def least(self, therapist_uids: Iterable[UUID], moment: datetime) -> UUID:
        """Return who takes a session at a moment: the least loaded that week, then over the weeks before; equals take turns by the time itself."""
        return min(therapist_uids, key=lambda uid: self.key(uid, moment))

    def key(self, therapist_uid: UUID, moment: datetime) -> tuple[float, float, bytes]:
        """Return what therapists are ordered by for a moment."""
        lot = hashlib.blake2b(moment.isoformat().encode() + therapist_uid.bytes, digest_size=8).digest()
        return round(self.of(therapist_uid, moment), 6), round(self.before(therapist_uid, moment), 6), lot


def loads(people: Iterable[staff.Therapist]) -> Loads:
    """Return how full the weeks of these therapists are, with one query."""
    listed = list(people)
    wanted = select(Appointment.therapist_uid, Appointment.starts_at).where(
        Appointment.therapist_uid.in_([person.uid for person in listed]),
        Appointment.starts_at >= clock.now() - LOOK_BACK - timedelta(weeks=1),
        Appointment.state.in_((*HOLDING, State.DONE)),
    )
    counts = Counter((uid, monday(starts_at)) for uid, starts_at in session().execute(wanted))
    return Loads(counts, {person.uid: int(_worked(person) / SESSION) for person in listed})


def monday(moment: datetime) -> date:
    """Return the Monday of a moment's week, in UTC."""
    return moment.date() - timedelta(days=moment.weekday())


def _worked(person: staff.Therapist) -> timedelta:
    spans = (span for rows in person.weekly_hours.values() for span in rows)
    return sum((_length(start, end) for start, end in spans), timedelta(0))


def _length(start: time, end: time) -> timedelta:
    day = date(2000, 1, 1)
    return datetime.combine(day + timedelta(days=end <= start), end) - datetime.combine(day, start)
