"""All sessions of a clinic on one day, for its administrators: when, who and with whom, and no words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta

from sqlalchemy import select

from vtclinic.core.audit import record
from vtclinic.core.i18n import current_timezone
from vtclinic.core.policy import Actor, authorize
from vtclinic.core.uow import session
from vtclinic.core.zones import wall_instant
from vtclinic.features.scheduling import policy
from vtclinic.features.scheduling.models import Appointment
from vtclinic.identity.service import User, users

MOST = 500


@dataclass(frozen=True)
class Line:
    """One session, and the two people who meet."""

    appointment: Appointment
    patient: User | None
    therapist: User | None


def listed(actor: Actor, on: date) -> list[Line]:
    """Return the sessions that start on a day of the reader's clock, called off or not, earliest first."""
    authorize(actor, policy.can_run_booking)
    here = current_timezone().key
    start, end = wall_instant(on, time(0), here), wall_instant(on + timedelta(days=1), time(0), here)
    wanted = select(Appointment).where(Appointment.starts_at >= start, Appointment.starts_at < end)
    rows = list(session().scalars(wanted.order_by(Appointment.starts_at, Appointment.uid).limit(MOST)))
    people = users({uid for row in rows for uid in (row.patient_uid, row.therapist_uid)})
    record(actor, "calendar.read", "calendar", on.isoformat())
    return [Line(row, people.get(row.patient_uid), people.get(row.therapist_uid)) for row in rows]
