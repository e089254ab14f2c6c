"""Reminders of a time: planned when it is booked or moved, told once each, forgotten when it is called off.

Booking adds one row; the worker works the reminders out from it. What is due is found by one index. A row goes in the transaction that tells
the person, and notifications tell each key once: neither two workers, a killed one, nor a clock set back can double a reminder.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, exists, insert, or_, select

from vtclinic.core import clock
from vtclinic.core.i18n import lazy
from vtclinic.core.policy import PATIENT, THERAPIST
from vtclinic.core.uow import session
from vtclinic.features.notifications import api as notifications
from vtclinic.features.notifications.api import Kind
from vtclinic.features.scheduling import letter_links
from vtclinic.features.scheduling.letters import when_words
from vtclinic.features.scheduling.models import HOLDING, Appointment, JointTherapist, PlannedNotice
from vtclinic.features.scheduling.reminded import Asked, Matter, Reader, Source
from vtclinic.features.scheduling.reminder_times import CUT_OFF, DAYS, HOURS, STAFF, WEEK, Coming, Due, patient_times, staff_times
from vtclinic.identity.service import User, users

PLAN = "plan"
# A request is looked at again until somebody has answered it.
_UNANSWERED = timedelta(minutes=10)
# Rows whose time has passed stay this long: a clock that ran ahead and was set back finds them again.
_KEPT = timedelta(days=30)
_TITLE = lazy("A time you booked is coming")
KINDS = (
    Kind("reminder.week", _TITLE, mail="appointment-reminder", about=lazy("7 days before a session"), roles=frozenset({PATIENT})),
    Kind("reminder.days", _TITLE, mail="appointment-reminder", about=lazy("2 days before a session"), roles=frozenset({PATIENT})),
    Kind("reminder.hours", _TITLE, mail="appointment-reminder", about=lazy("2 hours before a session"), roles=frozenset({PATIENT})),
    Kind("reminder.cut-off", _TITLE, mail="appointment-reminder", about=lazy("Before the last moment to cancel in good time"), roles=frozenset({PATIENT})),
    Kind("reminder.staff", lazy("A time in your calendar is coming"), mail="appointment-reminder-staff", about=lazy("1 hour before each session"), ways=frozenset(), roles=frozenset({THERAPIST})),
)


@dataclass(frozen=True)
class Waiting:
    """Names one planned reminder."""

    appointment_uid: UUID
    to_uid: UUID
    kind: str


_sources: dict[str, Source] = {}


def add_source(name: str, source: Source) -> None:
    """Let one more kind of time be reminded of; adding the same one again changes nothing."""
    _sources[name] = source


def ask(*appointments: Appointment) -> None:
    """Let the worker plan the reminders of these times, anew if they were planned before."""
    ask_about(*(Asked(row.uid, row.patient_uid, row.starts_at) for row in appointments))


def ask_about(*times: Asked) -> None:
    """Do the same for any kind of time."""
    now = clock.now()
    _drop([each.uid for each in times])
    for each in times:
        session().execute(insert(PlannedNotice).values(appointment_uid=each.uid, to_uid=each.to_uid, kind=PLAN, due_at=now, until=each.starts_at))


def forget(appointment: Appointment) -> None:
    """Remind nobody of this time any more, and take back what is told but not read or gone."""
    forget_about(_matter(appointment))


def forget_about(*matters: Matter) -> None:
    """Do the same for any kind of time."""
    _drop([each.uid for each in matters])
    for each in matters:
        for reader in each.readers:
            notifications.withdraw(reader.uid, prefix=f"{each.name}:")


def ask_for(person_uid: UUID) -> None:
    """Plan everything again that one person is reminded of: what they want to be told, or when, has changed."""
    ask_about(*(each for source in _sources.values() for each in source.ahead_of(person_uid)))


def due(limit: int) -> list[Waiting]:
    """List what is due now, the oldest first."""
    now = clock.now()
    wanted = select(PlannedNotice.appointment_uid, PlannedNotice.to_uid, PlannedNotice.kind).where(PlannedNotice.due_at <= now, PlannedNotice.until > now)
    return [Waiting(*row) for row in session().execute(wanted.order_by(PlannedNotice.due_at).limit(limit))]


def carry_out(waiting: Waiting) -> None:
    """Plan, or tell, one thing that is due; nothing when another worker took it first."""
    row, now = PlannedNotice, clock.now()
    whose = row.appointment_uid == waiting.appointment_uid, row.to_uid == waiting.to_uid
    since = session().scalar(delete(row).where(*whose, row.kind == waiting.kind, row.due_at <= now).returning(row.due_at))
    matter = _find(waiting.appointment_uid) if since is not None else None
    if since is None or matter is None:
        return
    if not matter.is_answered:
        session().execute(insert(row).values(vars(waiting) | {"due_at": now + _UNANSWERED, "until": matter.starts_at}))
    elif waiting.kind == PLAN:
        _plan(matter, since)
    elif not session().scalar(select(exists().where(*whose, row.due_at <= now))):
        # After a standstill several are due; the last one says it all.
        _tell(matter, waiting)


def tidy() -> None:
    """Let go of rows that nobody can be told of any more."""
    past = clock.now() - _KEPT
    session().execute(delete(PlannedNotice).where(PlannedNotice.due_at < past, PlannedNotice.until < past))


def _find(uid: UUID) -> Matter | None:
    return next((found for source in _sources.values() if (found := source.find(uid)) is not None), None)


def _plan(matter: Matter, since: datetime) -> None:
    # From the moment it was asked: what fell due while no worker ran is told late, and not lost.
    people = users([reader.uid for reader in matter.readers])
    _drop([matter.uid])
    for reader in matter.readers:
        person = people.get(reader.uid)
        if person is not None:
            _keep(matter, reader.uid, (_therapists if reader.staff else _patients)(matter, reader, person, since))


def _patients(matter: Matter, reader: Reader, patient: User, now: datetime) -> list[Due]:
    ways = notifications.ways_of(patient, KINDS)
    muted = {kind for kind in (WEEK, DAYS, HOURS, CUT_OFF) if not ways[_name(kind)]}
    if matter.cancel_by is None:
        muted.add(CUT_OFF)
    coming = Coming(matter.starts_at, matter.cancel_by or matter.starts_at, reader.zone)
    return patient_times(coming, now, quiet=notifications.quiet_of(patient), muted=muted)


def _therapists(matter: Matter, reader: Reader, therapist: User, now: datetime) -> list[Due]:
    if not notifications.ways_of(therapist, KINDS)[_name(STAFF)]:
        return []
    coming = Coming(matter.starts_at, matter.cancel_by or matter.starts_at, reader.zone)
    return staff_times(coming, now, quiet=notifications.quiet_of(therapist))


def _keep(matter: Matter, to_uid: UUID, times: list[Due]) -> None:
    for found in times:
        session().execute(insert(PlannedNotice).values(appointment_uid=matter.uid, to_uid=to_uid, kind=found.kind, due_at=found.at, until=matter.starts_at))


def _tell(matter: Matter, waiting: Waiting) -> None:
    person, reader = users([waiting.to_uid]).get(waiting.to_uid), matter.reader(waiting.to_uid)
    if person is None or reader is None:
        return
    kind = next(each for each in KINDS if each.name == _name(waiting.kind))
    params = {"when": when_words(matter.starts_at, reader.zone, person.locale)}
    notifications.notify(
        waiting.to_uid,
        kind if reader.staff else replace(kind, mail=matter.letter),
        key=f"{matter.name}:{matter.sequence}:{waiting.kind}",
        path=reader.path,
        params=params if reader.staff else params | dict(matter.links()),
        until=matter.cancel_by if waiting.kind == CUT_OFF else matter.starts_at,
    )


def _matter(row: Appointment) -> Matter:
    led = (row.therapist_uid, *row.other_uids)
    paths = (f"/calendar/{row.uid}", *(f"/joint-sessions/{row.uid}" for _other in led[1:]))
    return Matter(
        uid=row.uid,
        name=f"appointment:{row.uid}",
        sequence=row.ics_sequence,
        starts_at=row.starts_at,
        readers=(
            Reader(row.patient_uid, row.patient_zone, f"/sessions/{row.uid}"),
            *(Reader(uid, row.therapist_zone, path, staff=True) for uid, path in zip(led, paths, strict=True)),
        ),
        letter="appointment-reminder",
        links=lambda: {act.value: letter_links.address(row, act) for act in letter_links.Act},
        cancel_by=row.cancel_by,
        is_answered=not row.is_requested,
    )


def _appointment(uid: UUID) -> Matter | None:
    row = session().get(Appointment, uid)
    return _matter(row) if row is not None and row.holds_time else None


def _appointments_of(person_uid: UUID) -> list[Asked]:
    joined = Appointment.uid.in_(select(JointTherapist.appointment_uid).where(JointTherapist.therapist_uid == person_uid))
    whose = or_(Appointment.patient_uid == person_uid, Appointment.therapist_uid == person_uid, joined)
    wanted = select(Appointment.uid, Appointment.patient_uid, Appointment.starts_at).where(whose, Appointment.state.in_(HOLDING), Appointment.starts_at > clock.now())
    return [Asked(*row) for row in session().execute(wanted)]


def _drop(uids: list[UUID]) -> None:
    session().execute(delete(PlannedNotice).where(PlannedNotice.appointment_uid.in_(uids)))


def _name(kind: str) -> str:
    return f"reminder.{kind}"


add_source("appointment", Source(_appointment, _appointments_of))
