"""Appointments as they are looked up: of one patient, of one therapist, of one day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from functools import cache
from uuid import UUID

from sqlalchemy import ColumnElement, Select, bindparam, or_, select

from vtclinic.core import clock
from vtclinic.core.errors import NotFound
from vtclinic.core.i18n import current_timezone
from vtclinic.core.uow import session
from vtclinic.core.zones import wall_instant
from vtclinic.features.scheduling.kinds import catalogue
from vtclinic.features.scheduling.models import Appointment, JointTherapist, ServiceType, State

Booked = dict[tuple[UUID, date], int]


def appointment(uid: UUID, *, lock: bool = False) -> Appointment:
    """Return one appointment, the newest state when locked; raise NotFound."""
    found = session().get(Appointment, uid, with_for_update=lock or None, populate_existing=lock)
    if found is None:
        raise NotFound()
    return found


def services() -> list[ServiceType]:
    """Return the kinds of session that can be booked, the oldest first."""
    return catalogue.offered()


def kind_of(appointment: Appointment) -> ServiceType:
    """Return the kind of session that an appointment is."""
    return session().get_one(ServiceType, appointment.service_uid)


def appointments_of(patient_uid: UUID, *, limit: int = 200) -> list[Appointment]:
    """Return a patient's appointments, newest first."""
    wanted = select(Appointment).where(Appointment.patient_uid == patient_uid)
    return list(session().scalars(wanted.order_by(Appointment.starts_at.desc()).limit(limit)))


def next_appointment(patient_uid: UUID) -> Appointment | None:
    """Return the session a patient has now or next, or None."""
    return session().scalar(_next_of_one(), {"patient": patient_uid, "now": clock.now()})


@cache
def _next_of_one() -> Select[Appointment]:
    # Made once: the home of every patient asks it.
    whose = Appointment.patient_uid == bindparam("patient")
    return select(Appointment).where(whose, Appointment.state == State.BOOKED, Appointment.ends_at > bindparam("now")).order_by(Appointment.starts_at).limit(1)


def next_appointments(patient_uids: Iterable[UUID], *, therapist_uid: UUID | None = None) -> dict[UUID, Appointment]:
    """Return many patients' next sessions with one query; whoever has none is absent."""
    wanted = _coming(Appointment.patient_uid.in_(list(patient_uids)))
    if therapist_uid is not None:
        wanted = wanted.where(Appointment.therapist_uid == therapist_uid)
    found: dict[UUID, Appointment] = {}
    for row in session().scalars(wanted):
        found.setdefault(row.patient_uid, row)
    return found


def _coming(whose: ColumnElement[bool]) -> Select[Appointment]:
    return select(Appointment).where(whose, Appointment.state == State.BOOKED, Appointment.ends_at > clock.now()).order_by(Appointment.starts_at)


def between(therapist_uid: UUID, start: datetime, end: datetime) -> list[Appointment]:
    """Return a therapist's appointments that start in a stretch of time, led or joined, cancelled ones included, earliest first."""
    joined = select(JointTherapist.appointment_uid).where(JointTherapist.therapist_uid == therapist_uid)
    whose = or_(Appointment.therapist_uid == therapist_uid, Appointment.uid.in_(joined))
    wanted = select(Appointment).where(whose, Appointment.starts_at >= start, Appointment.starts_at < end)
    return list(session().scalars(wanted.order_by(Appointment.starts_at, Appointment.uid)))


def days(therapist_uid: UUID, first: date, last: date, zone: str) -> list[Appointment]:
    """Return a therapist's appointments from the morning of `first` to the night of `last` on the clocks of `zone`."""
    return between(therapist_uid, wall_instant(first, time(0), zone), wall_instant(last + timedelta(days=1), time(0), zone))


def count_booked(start: datetime, end: datetime) -> Booked:
    """Count the sessions that take place in a stretch of time, by therapist and day on the reader's clock, with one query."""
    wanted = select(Appointment.therapist_uid, Appointment.starts_at).where(
        Appointment.state.in_((State.BOOKED, State.DONE)), Appointment.starts_at >= start, Appointment.starts_at < end
    )
    place, counts = current_timezone(), Counter[tuple[UUID, date]]()
    for therapist, starts_at in session().execute(wanted):
        counts[therapist, starts_at.astimezone(place).date()] += 1
    return dict(counts)
