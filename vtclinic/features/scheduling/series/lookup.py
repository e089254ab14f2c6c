"""Series as they are looked up, and their times with what became of each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select

from vtclinic.core import clock
from vtclinic.core.errors import NotFound
from vtclinic.core.policy import Actor, authorize
from vtclinic.core.uow import once, session
from vtclinic.features.scheduling.models import Appointment
from vtclinic.features.scheduling.series import policy
from vtclinic.features.scheduling.series.models import OPEN, Series, SeriesState, SeriesTime, TimeState

SHOWN = (*OPEN, SeriesState.RUNNING)


@dataclass(frozen=True)
class Time:
    """One time of a series and its appointment, if it has one."""

    row: SeriesTime
    appointment: Appointment | None

    @property
    def number(self) -> int:
        """Return its day as it stands in addresses: 20261126."""
        return int(f"{self.row.day:%Y%m%d}")

    @property
    def starts_at(self) -> datetime:
        """Return when it is, or would have been."""
        return self.appointment.starts_at if self.appointment is not None else self.row.at

    @property
    def stands(self) -> bool:
        """Tell whether it is booked and still to come."""
        return self.appointment is not None and self.appointment.holds_time and self.appointment.starts_at > clock.now()

    @property
    def is_moved(self) -> bool:
        """Tell whether it happens elsewhere than its day says."""
        return self.appointment is not None and self.appointment.series_at != self.appointment.starts_at

    @property
    def is_left_out(self) -> bool:
        """Tell whether it was never booked."""
        return self.row.state == TimeState.LEFT_OUT


def series(uid: UUID, *, lock: bool = False) -> Series:
    """Return a series; `lock` keeps others from changing it until the unit of work ends. Raises NotFound."""
    found = session().get(Series, uid, with_for_update=lock)
    if found is None:
        raise NotFound()
    return found


def seen(actor: Actor, uid: UUID) -> Series:
    """Return a series to one of its two people; raises NotFound to everybody else."""
    found = series(uid)
    authorize(actor, policy.can_view, found)
    return found


def times(of: Series, *, since: date | None = None) -> list[Time]:
    """Return the times of a series that are known, earliest first."""
    return [each for each in _all_times(of) if since is None or each.row.day >= since]


@once
def _all_times(of: Series) -> list[Time]:
    wanted = select(SeriesTime, Appointment).outerjoin(Appointment, Appointment.uid == SeriesTime.appointment_uid).where(SeriesTime.series_uid == of.uid)
    return sorted((Time(row, appointment) for row, appointment in session().execute(wanted)), key=lambda time: (time.starts_at, time.row.day))


def coming(of: Series) -> list[Time]:
    """Return the times of a series that are still to come, left-out ones included."""
    now = clock.now()
    return [time for time in times(of) if time.starts_at > now]


def of_patient(patient_uid: UUID) -> list[Series]:
    """Return a patient's series that wait or run, the newest first."""
    return _of(Series.patient_uid == patient_uid)


def of_therapist(therapist_uid: UUID) -> list[Series]:
    """Return a therapist's series that wait or run, the newest first."""
    return _of(Series.therapist_uid == therapist_uid)


def between(patient_uid: UUID, therapist_uid: UUID) -> list[Series]:
    """Return the series of two people that wait or run."""
    return _of((Series.patient_uid == patient_uid) & (Series.therapist_uid == therapist_uid))


def running() -> Iterable[UUID]:
    """Return the series from which times are booked."""
    return session().scalars(select(Series.uid).where(Series.state == SeriesState.RUNNING).order_by(Series.uid))


def _of(whose: ColumnElement[bool]) -> list[Series]:
    wanted = select(Series).where(whose, Series.state.in_(SHOWN))
    return list(session().scalars(wanted.order_by(Series.made_at.desc(), Series.uid)))
