"""What people do about a session that cannot take place: the patient chooses, the therapist or the clinic names a cover, keeps it or calls it off."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, func, literal, select, union_all

from vtclinic.core import clock
from vtclinic.core.audit import record
from vtclinic.core.database import now_when_asked
from vtclinic.core.errors import Conflict, Invalid, NotFound
from vtclinic.core.i18n import current_timezone
from vtclinic.core.i18n import gettext as _
from vtclinic.core.policy import Actor, authorize
from vtclinic.core.uow import once, session
from vtclinic.features.records import api as records
from vtclinic.features.scheduling import booking, calling_off, diary, moving, rebooking, together
from vtclinic.features.scheduling.models import HOLDING, Appointment, State
from vtclinic.features.scheduling.times import Slot
from vtclinic.features.scheduling.upset import letters, policy
from vtclinic.features.scheduling.upset.models import Cause, Outcome, SessionTrouble
from vtclinic.features.scheduling.waiting import joining
from vtclinic.features.scheduling.waiting.models import WaitEntry
from vtclinic.features.staff import api as staff
from vtclinic.identity.service import User, users

FEW = 4


@dataclass(frozen=True)
class Ways:
    """What a patient can choose: the same time with the cover, other times with somebody, and who that is."""

    trouble: SessionTrouble
    appointment: Appointment
    therapist: staff.Face
    cover: staff.Therapist | None
    same_time: bool
    near: list[Slot]
    words: str


@dataclass(frozen=True)
class Line:
    """One session that needs somebody, as staff see it."""

    trouble: SessionTrouble
    appointment: Appointment
    person: User
    therapist: str
    cover: str


def trouble_of(actor: Actor, appointment_uid: UUID) -> SessionTrouble:
    """Return the open trouble of a session of the actor's own; raise NotFound when there is none."""
    return _own(actor, appointment_uid)[0]


def _own(actor: Actor, appointment_uid: UUID) -> tuple[SessionTrouble, Appointment]:
    rows = select(SessionTrouble, Appointment).join(Appointment, Appointment.uid == SessionTrouble.appointment_uid)
    found = session().execute(rows.where(SessionTrouble.open_of == appointment_uid)).first()
    if found is None:
        raise NotFound()
    authorize(actor, policy.is_its_patient, found[0])
    return found[0], found[1]


def ways(actor: Actor, appointment_uid: UUID) -> Ways:
    """Return what the patient can choose, and note that they looked."""
    found, row = _own(actor, appointment_uid)
    record(actor, "appointment.read", "appointment", row.uid, patient_uid=row.patient_uid)
    whom, slots = _with_whom(found, row)
    face = staff.faces([row.therapist_uid])[row.therapist_uid]
    same = whom is not None and whom.uid != row.therapist_uid and any(slot.start == row.starts_at for slot in slots)
    near = sorted(sorted((slot for slot in slots if slot.start != row.starts_at), key=lambda slot: (abs(slot.start - row.starts_at), slot.start))[:FEW])
    return Ways(found, row, face, whom, same, near, _leave_words(found, row))


def choose(actor: Actor, appointment_uid: UUID, therapist_uid: UUID, start: datetime) -> Appointment:
    """Take another time, or the cover's; the session is moved, or called off and booked with the other person in one step."""
    found, row = _own(actor, appointment_uid)
    whom, slots = _with_whom(found, row)
    if whom is None or whom.uid != therapist_uid:
        raise NotFound()
    slot = next((each for each in slots if each.start == start), None)
    if slot is None:
        raise booking.SlotTaken([])
    covered = whom.uid != row.therapist_uid
    found.settle(Outcome.COVERED if covered else Outcome.MOVED, clock.now(), actor.uid)
    return rebooking.with_other(actor, row, whom, slot) if covered else moving.take_to(actor, row, slot)


def wait_instead(actor: Actor, appointment_uid: UUID) -> WaitEntry:
    """Call the session off and wait for another time, ahead of the usual and with the time since it was booked."""
    found, row = _own(actor, appointment_uid)
    found.settle(Outcome.LISTED, clock.now(), actor.uid)
    if row.holds_time:
        calling_off.call_off(actor, row, State.CANCELLED_BY_CLINIC)
    stays = found.cause in (Cause.AWAY, Cause.LICENCE)
    return joining.put_first(row.patient_uid, (row.therapist_uid,) if stays else (), row.patient_zone, row.booked_at)


def listed(actor: Actor) -> list[Line]:
    """Return the sessions that need somebody, the nearest first: all for administrators, their own for therapists."""
    authorize(actor, policy.can_see_list)
    wanted = select(SessionTrouble, Appointment).join(Appointment, Appointment.uid == SessionTrouble.appointment_uid).where(*_open())
    if not actor.is_clinic_admin:
        wanted = wanted.where(SessionTrouble.therapist_uid == actor.uid)
    rows = [(trouble, row) for trouble, row in session().execute(wanted.order_by(Appointment.starts_at).limit(200))]
    record(actor, "appointment.upset-list", "calendar", "all")
    return _lines(rows)


def booked_and_upset(start: datetime, end: datetime) -> tuple[diary.Booked, int]:
    """Count the sessions of a stretch as `count_booked` does, and all that need somebody, with one query; the caller has authorised."""
    booked = select(Appointment.therapist_uid, Appointment.starts_at, literal(False)).where(
        Appointment.state.in_((State.BOOKED, State.DONE)), Appointment.starts_at >= start, Appointment.starts_at < end
    )
    upset = select(Appointment.therapist_uid, Appointment.starts_at, literal(True)).join(SessionTrouble, SessionTrouble.open_of == Appointment.uid).where(*_open())
    place, counts, troubled = current_timezone(), Counter[tuple[UUID, date]](), 0
    for therapist, starts_at, is_upset in session().execute(union_all(booked, upset)):
        if is_upset:
            troubled += 1
        else:
            counts[therapist, starts_at.astimezone(place).date()] += 1
    return dict(counts), troubled


def open_count() -> ScalarSelect[int]:
    """Return how to count the sessions that need somebody, for an administrator's navigation."""
    wanted = select(func.count()).select_from(SessionTrouble).join(Appointment, Appointment.uid == SessionTrouble.appointment_uid).where(*_open())
    return wanted.scalar_subquery()


def line(actor: Actor, uid: UUID) -> Line:
    """Return one of them, and note the look."""
    found = _trouble(actor, uid)
    record(actor, "appointment.read", "appointment", found.appointment_uid, patient_uid=found.patient_uid)
    return _lines([_both(uid)])[0]


def covers(actor: Actor, uid: UUID) -> list[tuple[str, str]]:
    """Return who could take the session: licensed where the patient is on that day, free then or not, the free ones first."""
    found = _trouble(actor, uid)
    row, patient = diary.appointment(found.appointment_uid), records.patient(found.patient_uid)
    able = [each for each, _last in staff.licensed(patient.country, patient.region, row.starts_at.date()) if each.uid != row.therapist_uid]
    shown = together.open_of_all(able, row.service_uid, patient_uid=row.patient_uid, instead_of=row)
    free = {uid for uid, each in shown.items() if each.has(row.starts_at)}
    ordered = sorted(able, key=lambda each: (each.uid not in free, each.name.casefold()))
    return [(str(each.uid), _("%(name)s, free then", name=each.name) if each.uid in free else each.name) for each in ordered]


def name_cover(actor: Actor, uid: UUID, cover_uid: UUID) -> None:
    """Offer the patient somebody for the session; raise Invalid for one who may not see them."""
    found = _trouble(actor, uid)
    if str(cover_uid) not in dict(covers(actor, uid)):
        raise Invalid(_("Choose from the list."), fields={"cover": _("Choose from the list.")})
    found.cover_uid = cover_uid
    letters.tell_cover(found)
    record(actor, "appointment.cover-named", "appointment", found.appointment_uid, patient_uid=found.patient_uid)


def keep(actor: Actor, uid: UUID) -> None:
    """Let the session take place all the same; only for a leave, since an account that is off and the law allow no such thing."""
    found = _trouble(actor, uid)
    if found.cause != Cause.AWAY:
        raise Conflict(_("This session cannot be kept. Name a cover, or call it off."))
    found.settle(Outcome.KEPT, clock.now(), actor.uid)
    if found.told_at is not None:
        letters.tell_clear(found)
    record(actor, "appointment.kept", "appointment", found.appointment_uid, patient_uid=found.patient_uid)


def call_off(actor: Actor, uid: UUID, words: str) -> None:
    """Call the session off with words that the patient reads in the app; it costs them nothing."""
    found = _trouble(actor, uid)
    row = diary.appointment(found.appointment_uid)
    if len(words) > calling_off.MOST_WORDS:
        raise Invalid(_("Write less."), fields={"words": _("The most is %(count)s characters.", count=calling_off.MOST_WORDS)})
    found.settle(Outcome.CANCELLED, clock.now(), actor.uid)
    if row.holds_time:
        if words:
            row.words = words
        calling_off.call_off(actor, row, State.CANCELLED_BY_CLINIC)


def _open() -> tuple[ColumnElement[bool], ...]:
    # What was called off elsewhere needs nobody; the sweep closes it.
    return SessionTrouble.settled_at.is_(None), Appointment.state.in_(HOLDING), Appointment.starts_at > now_when_asked()


@once
def _both(uid: UUID) -> tuple[SessionTrouble, Appointment]:
    rows = select(SessionTrouble, Appointment).join(Appointment, Appointment.uid == SessionTrouble.appointment_uid)
    found = session().execute(rows.where(SessionTrouble.uid == uid)).first()
    if found is None:
        raise NotFound()
    return found[0], found[1]


def _trouble(actor: Actor, uid: UUID) -> SessionTrouble:
    found = _both(uid)[0]
    if not found.is_open:
        raise NotFound()
    authorize(actor, policy.can_decide, found)
    return found


def _with_whom(found: SessionTrouble, row: Appointment) -> tuple[staff.Therapist | None, list[Slot]]:
    """Return whose times are offered, and those: the cover's when one is named and may see the patient, else the therapist's own while they still work here."""
    patient = records.patient(found.patient_uid)
    able = [uid for uid in (found.cover_uid, row.therapist_uid if found.cause in (Cause.AWAY, Cause.LICENCE) else None) if uid is not None]
    first = staff.first_licensed(able, patient.country, patient.region, clock.now().date(), beside=[row.therapist_uid])
    if first is None:
        return None, []
    whom, last = first
    # The session that needs a change is no hindrance: it goes.
    shown = together.open_of_all([whom], row.service_uid, patient_uid=row.patient_uid, instead_of=row if row.holds_time else None)
    return whom, together.until_day(shown[whom.uid].slots, last, whom.timezone) if whom.uid in shown else []


def _leave_words(found: SessionTrouble, row: Appointment) -> str:
    if found.cause != Cause.AWAY:
        return ""
    person = staff.therapist(row.therapist_uid)
    leave = staff.away_on(person, row.starts_at.date())
    return (leave.words or "") if leave else ""


def _lines(rows: Iterable[tuple[SessionTrouble, Appointment]]) -> list[Line]:
    listed_rows = list(rows)
    people = users({row.patient_uid for _trouble, row in listed_rows})
    faces = staff.faces({row.therapist_uid for _trouble, row in listed_rows} | {each.cover_uid for each, _row in listed_rows if each.cover_uid})
    return [
        Line(each, row, people[row.patient_uid], faces[row.therapist_uid].name, faces[each.cover_uid].name if each.cover_uid in faces else "")
        for each, row in listed_rows
        if row.patient_uid in people
    ]
