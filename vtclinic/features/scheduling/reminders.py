"""Reminders of a time: planned when it is booked or moved, told once each, forgotten when it is called off.

Booking adds one row; the worker works the reminders out from it. What is due is found by one index. A row goes in the transaction that tells
the person, and notifications tell each key once: neither two workers, a killed one, nor a clock set back can double a reminder.
"""

from __future__ import annotations

from dataclasses import dataclass
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
from vtclinic.features.scheduling.models import HOLDING, Appointment, PlannedNotice
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


def ask(*appointments: Appointment) -> None:
    """Let the worker plan the reminders of these times, anew if they were planned before."""
    now = clock.now()
    _drop([row.uid for row in appointments])
    for row in appointments:
        session().execute(insert(PlannedNotice).values(appointment_uid=row.uid, to_uid=row.patient_uid, kind=PLAN, due_at=now, until=row.starts_at))


def forget(appointment: Appointment) -> None:
    """Remind nobody of this time any more, and take back what is told but not read or gone."""
    _drop([appointment.uid])
    for uid in (appointment.patient_uid, appointment.therapist_uid):
        notifications.withdraw(uid, prefix=f"appointment:{appointment.uid}:")


def ask_for(person_uid: UUID) -> None:
    """Plan everything again that one person is reminded of: what they want to be told, or when, has changed."""
    whose = or_(Appointment.patient_uid == person_uid, Appointment.therapist_uid == person_uid)
    ask(*session().scalars(select(Appointment).where(whose, Appointment.state.in_(HOLDING), Appointment.starts_at > clock.now())))


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
    appointment = session().get(Appointment, waiting.appointment_uid)
    if since is None or appointment is None or not appointment.holds_time:
        return
    if appointment.is_requested:
        session().execute(insert(row).values(vars(waiting) | {"due_at": now + _UNANSWERED, "until": appointment.starts_at}))
    elif waiting.kind == PLAN:
        _plan(appointment, since)
    elif not session().scalar(select(exists().where(*whose, row.due_at <= now))):
        # After a standstill several are due; the last one says it all.
        _tell(appointment, waiting)


def tidy() -> None:
    """Let go of rows that nobody can be told of any more."""
    past = clock.now() - _KEPT
    session().execute(delete(PlannedNotice).where(PlannedNotice.due_at < past, PlannedNotice.until < past))


def _plan(appointment: Appointment, since: datetime) -> None:
    # From the moment it was asked: what fell due while no worker ran is told late, and not lost.
    people = users([appointment.patient_uid, appointment.therapist_uid])
    _drop([appointment.uid])
    _keep(appointment, appointment.patient_uid, _patients(appointment, people.get(appointment.patient_uid), since))
    _keep(appointment, appointment.therapist_uid, _therapists(appointment, people.get(appointment.therapist_uid), since))


def _patients(appointment: Appointment, patient: User | None, now: datetime) -> list[Due]:
    if patient is None:
        return []
    ways = notifications.ways_of(patient, KINDS)
    muted = {kind for kind in (WEEK, DAYS, HOURS, CUT_OFF) if not ways[_name(kind)]}
    coming = Coming(appointment.starts_at, appointment.cancel_by, appointment.patient_zone)
    return patient_times(coming, now, quiet=notifications.quiet_of(patient), muted=muted)


def _therapists(appointment: Appointment, therapist: User | None, now: datetime) -> list[Due]:
    if therapist is None or not notifications.ways_of(therapist, KINDS)[_name(STAFF)]:
        return []
    coming = Coming(appointment.starts_at, appointment.cancel_by, appointment.therapist_zone)
    return staff_times(coming, now, quiet=notifications.quiet_of(therapist))


def _keep(appointment: Appointment, to_uid: UUID, times: list[Due]) -> None:
    for found in times:
        session().execute(insert(PlannedNotice).values(appointment_uid=appointment.uid, to_uid=to_uid, kind=found.kind, due_at=found.at, until=appointment.starts_at))


def _tell(appointment: Appointment, waiting: Waiting) -> None:
    reader = users([waiting.to_uid]).get(waiting.to_uid)
    if reader is None:
        return
    staff = waiting.kind == STAFF
    zone = appointment.therapist_zone if staff else appointment.patient_zone
    params = {"when": when_words(appointment.starts_at, zone, reader.locale)}
    if not staff:
        params |= {act.value: letter_links.address(appointment, act) for act in letter_links.Act}
    notifications.notify(
        waiting.to_uid,
        _name(waiting.kind),
        key=f"appointment:{appointment.uid}:{appointment.ics_sequence}:{waiting.kind}",
        path=f"/calendar/{appointment.uid}" if staff else f"/sessions/{appointment.uid}",
        params=params,
        until=appointment.cancel_by if waiting.kind == CUT_OFF else appointment.starts_at,
    )


def _drop(uids: list[UUID]) -> None:
    session().execute(delete(PlannedNotice).where(PlannedNotice.appointment_uid.in_(uids)))


def _name(kind: str) -> str:
    return f"reminder.{kind}"


