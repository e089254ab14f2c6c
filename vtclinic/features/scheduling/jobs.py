"""Work that time brings: a reminder the day before, and sessions whose time is over."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.exc import IntegrityError

from vtclinic.core import clock, jobs
from vtclinic.core.uow import session, unit_of_work
from vtclinic.core.zones import wall_instant, zone
from vtclinic.features.scheduling import diary, letters, placing
from vtclinic.features.scheduling.models import Appointment, AppointmentNotice, State

DAY_BEFORE = "day-before"
# A day on a clock that jumps lasts up to 25 hours; one more for zones that jump further.
LOOK_AHEAD = timedelta(hours=26)
MOST = 200


@jobs.periodic("scheduling.remind", seconds=300)
def remind(*, clinic: str) -> None:
    """Write to patients whose session is tomorrow at this time; each is reminded once, however often this runs."""
    now = clock.now()
    with unit_of_work(write=False):
        due = [row.uid for row in _unreminded(now) if reminder_at(row) <= now]
    for uid in due:
        with unit_of_work():
            remind_once(uid)


@jobs.periodic("scheduling.finish", seconds=300)
def finish(*, clinic: str) -> None:
    """Note which sessions are over, and let go of their claims on time."""
    with unit_of_work() as db:
        wanted = select(Appointment).where(Appointment.state == State.BOOKED, Appointment.ends_at <= clock.now())
        over = list(db.scalars(wanted.order_by(Appointment.ends_at).limit(MOST)))
        for row in over:
            row.finish()
        placing.unclaim(*(row.uid for row in over))


def reminder_at(appointment: Appointment) -> datetime:
    """Return when the reminder is due: the day before at the same wall time, on the patient's clock."""
    local = appointment.starts_at.astimezone(zone(appointment.patient_zone))
    return wall_instant(local.date() - timedelta(days=1), local.time(), appointment.patient_zone)


def remind_once(uid: UUID) -> None:
    """Write one reminder, unless it went out already or the session is off."""
    appointment = diary.appointment(uid)
    if not appointment.is_booked:
        return
    try:
        with session().begin_nested():
            session().add(AppointmentNotice(appointment_uid=uid, kind=DAY_BEFORE, at=clock.now()))
    except IntegrityError:
        return  # another worker wrote it
    letters.remind(appointment)


def _unreminded(now: datetime) -> list[Appointment]:
    told = exists().where(AppointmentNotice.appointment_uid == Appointment.uid, AppointmentNotice.kind == DAY_BEFORE)
    wanted = select(Appointment).where(Appointment.state == State.BOOKED, Appointment.starts_at > now, Appointment.starts_at <= now + LOOK_AHEAD, ~told)
    rows = session().scalars(wanted.order_by(Appointment.starts_at).limit(MOST))
    # Whoever booked within the last day has the confirmation.
    return [row for row in rows if row.booked_at < reminder_at(row)]
