"""Hold every booked session against what has changed since: leave, accounts switched off, licences that end.

One look decides all of it, so it does not matter which news brought it or how often it runs: a session has one open trouble or none.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.exc import IntegrityError

from vtclinic.core import clock
from vtclinic.core.audit import record
from vtclinic.core.ids import new_id
from vtclinic.core.policy import SYSTEM, THERAPIST
from vtclinic.core.uow import session
from vtclinic.core.zones import zone
from vtclinic.features.records import api as records
from vtclinic.features.scheduling import calling_off
from vtclinic.features.scheduling.models import HOLDING, Appointment, State
from vtclinic.features.scheduling.upset import letters
from vtclinic.features.scheduling.upset.models import Cause, Outcome, SessionTrouble
from vtclinic.features.scheduling.waiting import holds
from vtclinic.features.staff import api as staff
from vtclinic.identity.service import User, UserState, users

# A licence may be renewed in time, so the patient hears of it only when the session is near.
TELL_OF_LICENCE = timedelta(days=14)
CALL_OFF = timedelta(hours=24)
MOST = 2000


@dataclass(frozen=True)
class _Known:
    """What decides about many sessions, read with a handful of queries."""

    accounts: dict[UUID, User]
    people: dict[UUID, staff.Therapist]
    licences: dict[UUID, list[staff.Credential]]
    patients: dict[UUID, records.Patient]

    def cause(self, row: Appointment) -> tuple[Cause, UUID | None] | None:
        account, person = self.accounts.get(row.therapist_uid), self.people.get(row.therapist_uid)
        if account is None or person is None or account.state == UserState.DISABLED or THERAPIST not in account.roles:
            return Cause.LEFT, None
        day = row.starts_at.astimezone(zone(person.timezone)).date()
        away = next((entry for entry in person.leave if entry.first <= day <= entry.last), None)
        if away is not None:
            return Cause.AWAY, away.cover_uid
        patient = self.patients.get(row.patient_uid)
        if patient is None or not patient.country:
            return None
        if not any(licence.covers(patient.country, patient.region, day) for licence in self.licences[row.therapist_uid]):
            return Cause.LICENCE, None
        return None


def sweep(therapist_uids: Iterable[UUID] | None = None) -> None:
    """Raise what stands against sessions to come, clear what does no more, tell patients, and call off what nobody saw to in time."""
    now = clock.now()
    wanted = select(Appointment).where(Appointment.state.in_(HOLDING), Appointment.starts_at > now)
    if therapist_uids is not None:
        wanted = wanted.where(Appointment.therapist_uid.in_(list(therapist_uids)))
    rows = list(session().scalars(wanted.order_by(Appointment.starts_at).limit(MOST)))
    _close_past(now)
    known, before = _look(rows), _before(rows)
    for row in rows:
        found, earlier = known.cause(row), before.get(row.uid, [])
        current = next((each for each in earlier if each.is_open), None)
        if found is None:
            if current is not None and current.cause != Cause.CARE_ENDED:
                clear(current, now)
            continue
        if current is None and not any(each.outcome == Outcome.KEPT and each.cause == found[0] for each in earlier):
            current = raise_trouble(row, found[0], found[1])
        if current is not None:
            _see_to(row, current, now)


def care_ended(patient_uid: UUID, therapist_uid: UUID) -> None:
    """Note the next session of two people whose care ends, before it is called off, and offer the patient a way on."""
    wanted = select(Appointment).where(
        Appointment.patient_uid == patient_uid, Appointment.therapist_uid == therapist_uid, Appointment.state.in_(HOLDING), Appointment.starts_at > clock.now()
    )
    row = session().scalar(wanted.order_by(Appointment.starts_at).limit(1))
    made = row and raise_trouble(row, Cause.CARE_ENDED, None)
    if made:
        tell(made)


def therapist_left(therapist_uid: UUID) -> None:
    """Let go of times kept with somebody whose account was switched off, and tell everybody who has a session with them."""
    holds.withdraw_of_therapist(therapist_uid)
    sweep([therapist_uid])


def raise_trouble(row: Appointment, cause: Cause, cover_uid: UUID | None) -> SessionTrouble | None:
    """Note what stands against a session; None when another worker did."""
    made = SessionTrouble(
        uid=new_id(), appointment_uid=row.uid, open_of=row.uid, patient_uid=row.patient_uid, therapist_uid=row.therapist_uid, cause=cause,
        cover_uid=cover_uid, raised_at=clock.now(),
    )
    try:
        with session().begin_nested():
            session().add(made)
    except IntegrityError:
        return None
    record(SYSTEM, "appointment.upset", "appointment", row.uid, patient_uid=row.patient_uid, reason=cause)
    return made


def clear(found: SessionTrouble, now: datetime) -> None:
    """Note that the session can take place after all, and say so to a patient who was told of the trouble."""
    found.settle(Outcome.CLEARED, now, None)
    if found.told_at is not None:
        letters.tell_clear(found)
    record(SYSTEM, "appointment.cleared", "appointment", found.appointment_uid, patient_uid=found.patient_uid)


def tell(found: SessionTrouble) -> None:
    """Tell the patient once."""
    if found.told_at is None:
        found.told_at = clock.now()
        letters.tell_patient(found)


def _see_to(row: Appointment, found: SessionTrouble, now: datetime) -> None:
    if row.starts_at - now <= CALL_OFF:
        found.settle(Outcome.CANCELLED, now, None)
        calling_off.call_off(SYSTEM, row, State.CANCELLED_BY_CLINIC)
        return
    if found.cause != Cause.LICENCE or row.starts_at - now <= TELL_OF_LICENCE:
        tell(found)


def _close_past(now: datetime) -> None:
    """Close what no longer needs anybody: the session was called off elsewhere, or its time has come."""
    coming = select(Appointment.uid).where(Appointment.starts_at > now, Appointment.state.in_(HOLDING))
    later = select(Appointment.uid).where(Appointment.starts_at > now)
    stays = or_(SessionTrouble.appointment_uid.in_(coming), and_(SessionTrouble.cause == Cause.CARE_ENDED, SessionTrouble.appointment_uid.in_(later)))
    for found in list(session().scalars(select(SessionTrouble).where(SessionTrouble.settled_at.is_(None), ~stays))):
        found.settle(Outcome.CLEARED, now, None)


def _look(rows: list[Appointment]) -> _Known:
    therapists = {row.therapist_uid for row in rows}
    return _Known(
        users(therapists), staff.therapists(therapists), staff.credentials_of(therapists), records.patients({row.patient_uid for row in rows})
    )


def _before(rows: list[Appointment]) -> dict[UUID, list[SessionTrouble]]:
    found: dict[UUID, list[SessionTrouble]] = {}
    if rows:
        for each in session().scalars(select(SessionTrouble).where(SessionTrouble.appointment_uid.in_([row.uid for row in rows]))):
            found.setdefault(each.appointment_uid, []).append(each)
    return found
