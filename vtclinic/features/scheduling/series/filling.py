"""Make appointments of a series' next times, up to how far ahead can be booked.

It may be done again, or end half-way and be done again: a time that has its row is left as it is.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy import select

from vtclinic.core import clock
from vtclinic.core.audit import record
from vtclinic.core.policy import SYSTEM
from vtclinic.core.uow import session
from vtclinic.features.scheduling import placing
from vtclinic.features.scheduling.models import Appointment
from vtclinic.features.scheduling.placing import Placement, SlotTaken
from vtclinic.features.scheduling.recurrence import Occurrence, Recurrence, Window
from vtclinic.features.scheduling.series import planning
from vtclinic.features.scheduling.series.models import Series, SeriesTime, TimeState, Why
from vtclinic.features.scheduling.series.planning import Draft, Terms

# What a person may book in spite of it.
SOFT = planning.DAYS_OFF


def fill(series: Series, *, skip: Collection[date] = (), hold: Collection[date] = ()) -> list[SeriesTime]:
    """Book what is not known yet of a running series, and return it; `skip` leaves days out, `hold` books them in spite of leave."""
    found = planning.agreed(draft_of(series))
    now = clock.now()
    known = set(session().scalars(select(SeriesTime.day).where(SeriesTime.series_uid == series.uid)))
    times = [each for each in Recurrence(series.pattern).between(Window(now, found.horizon)) if each.day not in known]
    reasons = planning.why(found, times)
    return [_one(series, found, each, _decided(each.day, why, skip, hold)) for each, why in zip(times, reasons, strict=True)]


def book_one(series: Series, row: SeriesTime) -> Appointment:
    """Book a time that was left out; raises SlotTaken."""
    found = planning.agreed(draft_of(series))
    appointment = placing.place(_placement(series, found, Occurrence(row.day, row.local, row.at)))
    row.state, row.why, row.appointment_uid = TimeState.BOOKED, None, appointment.uid
    return appointment


def leave_out(series: Series, times: Collection[Occurrence]) -> None:
    """Remember times that somebody chose to leave out."""
    session().add_all(_row(series, each, Why.CHOSEN) for each in times)


def draft_of(series: Series) -> Draft:
    """Return what two people agreed on as the draft it was."""
    return Draft(series.patient_uid, series.therapist_uid, series.pattern, series.service_uid, series.format, series.minutes)


def _decided(day: date, why: Why | None, skip: Collection[date], hold: Collection[date]) -> Why | None:
    if day in skip:
        return Why.CHOSEN
    return None if why in SOFT and day in hold else why


def _one(series: Series, found: Terms, each: Occurrence, why: Why | None) -> SeriesTime:
    row = _row(series, each, why)
    if why is None:
        try:
            appointment = placing.place(_placement(series, found, each))
        except SlotTaken:
            row.state, row.why = TimeState.LEFT_OUT, Why.TAKEN
        else:
            row.appointment_uid = appointment.uid
            record(SYSTEM, "appointment.booked", "appointment", appointment.uid, patient_uid=appointment.patient_uid)
    session().add(row)
    session().flush()
    return row


def _row(series: Series, each: Occurrence, why: Why | None) -> SeriesTime:
    state = TimeState.BOOKED if why is None else TimeState.LEFT_OUT
    return SeriesTime(series_uid=series.uid, day=each.day, local=each.local, zone=series.zone, at=each.start, state=state, why=why, appointment_uid=None)


def _placement(series: Series, found: Terms, each: Occurrence) -> Placement:
    return Placement(
        patient_uid=series.patient_uid,
        therapist_uid=series.therapist_uid,
        service_uid=series.service_uid,
        start=each.start,
        end=each.start + found.length,
        patient_zone=found.patient.timezone,
        therapist_zone=found.therapist.timezone,
        format=series.format,
        cancel_hours=found.service.cancel_hours,
        series_uid=series.uid,
        series_at=each.start,
    )


def appointments(rows: Collection[SeriesTime]) -> list[Appointment]:
    """Return the appointments of times, earliest first."""
    uids: list[UUID] = [row.appointment_uid for row in rows if row.appointment_uid is not None]
    return list(session().scalars(select(Appointment).where(Appointment.uid.in_(uids)).order_by(Appointment.starts_at)))
