"""The one place where time is taken and let go: appointments, groups and holds all claim through here.

A claim is a row per person and grain, and its primary key decides: whoever comes second gets SlotTaken, on any database and however many come.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError, OperationalError

from vtclinic.core import clock
from vtclinic.core.errors import Conflict
from vtclinic.core.i18n import gettext as _
from vtclinic.core.ids import new_id
from vtclinic.core.uow import session
from vtclinic.features.progress import api as progress
from vtclinic.features.scheduling import reminders
from vtclinic.features.scheduling.models import Appointment, ClaimKind, SlotClaim, State, grains
from vtclinic.features.scheduling.series import following
from vtclinic.features.scheduling.times import Slot

# PostgreSQL ends one of two transactions that wait for each other (SQLSTATE deadlock_detected).
DEADLOCK = "40P01"


class SlotTaken(Conflict):
    """Somebody was faster; `near` are open times around the one that is gone, when somebody looked for them."""

    def __init__(self, near: Iterable[Slot] = ()) -> None:
        super().__init__(_("Someone took this time."), hint=_("Nothing was booked. Choose another time."))
        self.near = list(near)


@dataclass(frozen=True, kw_only=True)
class Placement:
    """What an appointment is made of; `also` names more people whose time it takes."""

    patient_uid: UUID
    therapist_uid: UUID
    service_uid: UUID
    start: datetime
    end: datetime
    patient_zone: str
    therapist_zone: str
    format: str
    cancel_hours: int
    state: State = State.BOOKED
    answer_by: datetime | None = None
    series_uid: UUID | None = None
    series_at: datetime | None = None
    booking_key: UUID = field(default_factory=new_id)
    also: tuple[UUID, ...] = ()


def place(wanted: Placement) -> Appointment:
    """Make an appointment and claim the time of everybody in it; raise SlotTaken, leaving nothing, when any of it is gone."""
    now = clock.now()
    appointment = Appointment(
        uid=new_id(),
        patient_uid=wanted.patient_uid,
        therapist_uid=wanted.therapist_uid,
        service_uid=wanted.service_uid,
        series_uid=wanted.series_uid,
        series_at=wanted.series_at,
        starts_at=wanted.start,
        ends_at=wanted.end,
        patient_zone=wanted.patient_zone,
        therapist_zone=wanted.therapist_zone,
        format=wanted.format,
        state=wanted.state,
        cancel_hours=wanted.cancel_hours,
        answer_by=wanted.answer_by,
        ics_sequence=0,
        booking_key=wanted.booking_key,
        booked_at=now,
        changed_at=now,
    )
    with _taking():
        session().add(appointment)
        session().flush()
        _add_claims((appointment.therapist_uid, appointment.patient_uid, *wanted.also), Slot(wanted.start, wanted.end), appointment.uid, ClaimKind.APPOINTMENT)
    reminders.ask(appointment)
    if appointment.is_booked:
        progress.on_session_booked(appointment.patient_uid, appointment.starts_at)
    return appointment


def move(appointment: Appointment, start: datetime, end: datetime, *, also: tuple[UUID, ...] = ()) -> None:
    """Take an appointment to another time, the same appointment still; raise SlotTaken, and nothing has moved, when the time is gone.

    Whoever takes part in a joint session comes along.
    """
    also = (*also, *appointment.other_uids)
    with _taking():
        appointment.move(start, end, clock.now())
        unclaim(appointment.uid)
        session().flush()
        _add_claims((appointment.therapist_uid, appointment.patient_uid, *also), Slot(start, end), appointment.uid, ClaimKind.APPOINTMENT)
    following.note_move(appointment)
    reminders.forget(appointment)
    reminders.ask(appointment)
    if appointment.is_booked:
        progress.on_session_booked(appointment.patient_uid, start)


def release(appointment: Appointment) -> None:
    """Let go of an appointment's time, and remind nobody of it; its state is the caller's."""
    unclaim(appointment.uid)
    reminders.forget(appointment)


def claim(holder_uids: Iterable[UUID], start: datetime, end: datetime, *, for_uid: UUID, kind: str) -> None:
    """Take a stretch of time of each holder; raise SlotTaken, and nothing is taken, when any of it is gone."""
    with _taking():
        _add_claims(holder_uids, Slot(start, end), for_uid, kind)


def shift(held: Mapping[UUID, Iterable[UUID]], start: datetime, end: datetime, *, kind: str) -> None:
    """Take what is held for several, by whom each, to another time; raise SlotTaken, and all stays where it was, when any of it is gone."""
    with _taking():
        unclaim(*held)
        for holder, for_uid in sorted((holder, for_uid) for for_uid, holders in held.items() for holder in holders):
            _add_claims([holder], Slot(start, end), for_uid, kind)


def unclaim(*for_uids: UUID) -> None:
    """Let go of all time that was taken for these."""
    session().execute(delete(SlotClaim).where(SlotClaim.for_uid.in_(for_uids)))


def _add_claims(holders: Iterable[UUID], slot: Slot, for_uid: UUID, kind: str) -> None:
    # In one order for everybody, so that two who want the same time never wait for each other.
    for holder in sorted(set(holders)):
        session().add_all(SlotClaim(holder_uid=holder, at=at, for_uid=for_uid, kind=kind) for at in grains(slot.start, slot.end))


@contextmanager
def _taking() -> Iterator[None]:
    try:
        with session().begin_nested():
            yield
    except IntegrityError:
        raise SlotTaken from None
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) != DEADLOCK:
            raise
        raise SlotTaken from None
