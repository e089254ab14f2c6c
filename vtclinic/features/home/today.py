"""A therapist's day: risk first, then whoever comes next, the day, and replies promised."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from vtclinic.core import clock
from vtclinic.core.audit import record
from vtclinic.core.i18n import current_timezone
from vtclinic.core.policy import Actor, authorize
from vtclinic.features.crisis import api as crisis
from vtclinic.features.home import guides, policy
from vtclinic.features.messaging import api as messaging
from vtclinic.features.progress import api as progress
from vtclinic.features.records import api as records
from vtclinic.features.scheduling import api as scheduling
from vtclinic.features.staff import api as staff

MAIN_INSTRUMENT = "phq-9"
LONG_GAP = timedelta(minutes=30)
Scores = dict[str, progress.ScoreView]


@dataclass(frozen=True)
class Entry:
    """One line of the day: a session, or (without an appointment) a break of some minutes."""

    at: datetime
    appointment: scheduling.Appointment | None = None
    person: records.NamedPatient | None = None
    scores: Scores = field(default_factory=dict)
    risk: bool = False
    is_next: bool = False
    minutes: int = 0

    @property
    def main_score(self) -> progress.ScoreView | None:
        """The score that a line has room for."""
        return self.scores.get(MAIN_INSTRUMENT) or next(iter(self.scores.values()), None)

    @property
    def is_over(self) -> bool:
        """Tell whether its time has passed."""
        return self.appointment is not None and self.appointment.ends_at <= clock.now()


@dataclass(frozen=True)
class Risk:
    """An open risk task and whom it is about. `state`: late, mine, taken, free."""

    task: crisis.RiskTask
    name: str
    state: str
    due_today: bool


@dataclass(frozen=True)
class Promise:
    """A reply that a client was promised."""

    thread_uid: UUID
    person: records.NamedPatient
    by: datetime
    late: bool


@dataclass(frozen=True)
class Today:
    """All that the page shows."""

    on: date
    tasks: list[Risk]
    entries: list[Entry]
    promises: list[Promise]
    guide: guides.Guide | None = None

    @property
    def next(self) -> Entry | None:
        """The session that comes next, or is going on."""
        return next((entry for entry in self.entries if entry.is_next), None)

    @property
    def sessions(self) -> int:
        """How many sessions the day has."""
        return sum(entry.appointment is not None for entry in self.entries)

    @property
    def done(self) -> int:
        """How many of them are over."""
        return sum(entry.is_over for entry in self.entries)


def today(actor: Actor) -> Today:
    """Gather a therapist's day, in at most eight queries however full it is; audited."""
    authorize(actor, policy.has_day)
    assert actor.uid is not None  # the policy let a signed-in person through
    on = clock.now().astimezone(current_timezone()).date()
    sessions = scheduling.day(actor.uid, on)
    waiting = sorted(((line.thread.reply_by, line.thread) for line in messaging.inbox(actor) if line.thread.reply_by), key=lambda each: each[0])
    tasks = crisis.open_tasks(actor)
    seen = {row.patient_uid for row in sessions}
    people = records.named_patients(seen | {thread.patient_uid for _by, thread in waiting} | {task.patient_uid for task in tasks})
    scores = progress.latest_scores(seen)
    if people:
        record(actor, "day.read", "day", on.isoformat())
    entries = list(_entries(sessions, people, scores, {task.patient_uid for task in tasks}))
    promises = [Promise(thread.uid, people[thread.patient_uid], by, by < clock.now()) for by, thread in waiting]
    return Today(on, [_risk(actor, task, people) for task in tasks], entries, promises, None if people else _guide(actor))


def _risk(actor: Actor, task: crisis.RiskTask, people: dict[UUID, records.NamedPatient]) -> Risk:
    state = "late" if task.is_late(clock.now()) else "free" if task.owner_uid is None else "mine" if task.owner_uid == actor.uid else "taken"
    place = current_timezone()
    due_today = task.due_by.astimezone(place).date() <= clock.now().astimezone(place).date()
    return Risk(task, people[task.patient_uid].name, state, due_today)


def _entries(sessions: Iterable[scheduling.Appointment], people: dict[UUID, records.NamedPatient], scores: dict[UUID, Scores], at_risk: set[UUID]) -> Iterator[Entry]:
    coming, before = False, None
    for row in sessions:
        if before is not None and row.starts_at - before >= LONG_GAP:
            yield Entry(before, minutes=int((row.starts_at - before).total_seconds() // 60))
        is_next = not coming and row.is_booked and row.ends_at > clock.now()
        coming = coming or is_next
        yield Entry(row.starts_at, row, people.get(row.patient_uid), scores.get(row.patient_uid, {}), row.patient_uid in at_risk, is_next)
        before = row.ends_at


def _guide(actor: Actor) -> guides.Guide | None:
    """Return the first steps of a therapist nobody has booked yet."""
    assert actor.uid is not None
    if guides.is_closed(actor):
        return None
    profile = staff.therapists([actor.uid]).get(actor.uid)
    licences = staff.credentials_of([actor.uid])[actor.uid]
    day = clock.now().date()
    steps = guides.therapist_steps(
        profile=profile is not None and bool(profile.bio and profile.formats),
        hours=profile is not None and any(profile.weekly_hours.values()),
        licence=any(row.standing(day) == staff.CredentialState.VERIFIED for row in licences),
    )
    return steps if steps.next_step else None
