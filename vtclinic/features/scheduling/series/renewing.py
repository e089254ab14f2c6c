"""Keep running series right as time goes on: book what comes into reach, follow the zones' data when it changes, end what is over."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from vtclinic.core import clock
from vtclinic.core.audit import record
from vtclinic.core.policy import SYSTEM
from vtclinic.core.zones import wall_instant, zones_version
from vtclinic.features.records import api as records
from vtclinic.features.scheduling import placing
from vtclinic.features.scheduling.booking import NotBookable
from vtclinic.features.scheduling.models import Appointment
from vtclinic.features.scheduling.placing import SlotTaken
from vtclinic.features.scheduling.recurrence import Recurrence, Window
from vtclinic.features.scheduling.series import filling, lookup, making, telling
from vtclinic.features.scheduling.series.models import Series, SeriesTime
from vtclinic.features.scheduling.series.planning import AHEAD
from vtclinic.features.staff import api as staff
from vtclinic.identity.service import UserState


def keep(uid: UUID) -> None:
    """Do what is due for one running series, in one unit of work; doing it again finds nothing to do."""
    series = lookup.series(uid, lock=True)
    if not series.is_running:
        return
    if not records.in_care(series.patient_uid, series.therapist_uid) or staff.therapist(series.therapist_uid).user.state != UserState.ACTIVE:
        series.end(clock.now())
        return
    if series.zones_version != zones_version():
        _recompute(series)
    _fill(series)
    _end_when_over(series)


def _recompute(series: Series) -> None:
    """Find the instants anew: the wall time stays, both people are told of what moved, and the therapist of what could not."""
    moved: list[Appointment] = []
    stuck: list[date] = []
    for each in lookup.coming(series):
        at = wall_instant(each.row.local.date(), each.row.local.time(), each.row.zone)
        if at == each.row.at:
            continue
        if not each.stands:
            each.row.at = at
        elif each.appointment is not None and each.starts_at == each.row.at:
            if _to(each.row, each.appointment, at):
                moved.append(each.appointment)
            else:
                stuck.append(each.row.day)
    series.zones_version = zones_version()
    telling.write(series, sorted(moved, key=lambda each: each.starts_at), telling.MOVED)
    telling.tell_clash(series, stuck)


def _to(row: SeriesTime, appointment: Appointment, at: datetime) -> bool:
    if at <= clock.now():
        return False
    local = row.local
    try:
        placing.move(appointment, at, at + (appointment.ends_at - appointment.starts_at))
    except SlotTaken:
        return False
    # What the wall was to show stays, also where the clock skips it.
    row.local, row.at = local, at
    record(SYSTEM, "appointment.moved", "appointment", appointment.uid, patient_uid=appointment.patient_uid)
    return True


def _fill(series: Series) -> None:
    try:
        rows = filling.fill(series)
    except NotBookable:
        return  # without a licence nothing more is booked; who checks licences tells of it
    telling.tell_clash(series, making.clashes(rows))


def _end_when_over(series: Series) -> None:
    now = clock.now()
    if not Recurrence(series.pattern).between(Window(now, now + AHEAD)) and not any(each.stands for each in lookup.coming(series)):
        series.end(now)
