"""Remember where one time of a series went: on the wall of its zone, so that it follows the zone's data like the others."""

from __future__ import annotations

from sqlalchemy import select

from vtclinic.core.uow import session
from vtclinic.core.zones import zone
from vtclinic.features.scheduling.models import Appointment
from vtclinic.features.scheduling.series.models import SeriesTime


def note_move(appointment: Appointment) -> None:
    """Note the wall time of a session that was moved just now, with the data it was moved with; nothing for one that stands alone."""
    if appointment.series_uid is None:
        return
    row = session().scalar(select(SeriesTime).where(SeriesTime.appointment_uid == appointment.uid))
    if row is not None:
        row.local, row.at = appointment.starts_at.astimezone(zone(row.zone)).replace(tzinfo=None), appointment.starts_at
