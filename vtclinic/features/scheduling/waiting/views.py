"""The list as its pages show it: a patient's own place, and who waits, for staff. The number of queries does not grow with the rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ScalarSelect, func, select

from vtclinic.core import clock
from vtclinic.core.audit import record
from vtclinic.core.policy import PATIENT, Actor, authorize
from vtclinic.core.uow import session
from vtclinic.features.matching import api as matching
from vtclinic.features.records import api as records
from vtclinic.features.scheduling.waiting import holds, joining, policy
from vtclinic.features.scheduling.waiting.models import OPEN, Answer, TimeOffer, WaitEntry
from vtclinic.features.scheduling.waiting.order import rank
from vtclinic.features.staff import api as staff
from vtclinic.identity.service import User, UserState, list_users, users

MOST_LINES = 200


@dataclass(frozen=True)
class Place:
    """A patient's own place: what they wait for, and the time that is kept for them, if any."""

    entry: WaitEntry | None
    offer: TimeOffer | None
    people: dict[UUID, staff.Face]

    @property
    def names(self) -> str:
        """Return whom the patient waits for; empty for anybody who fits."""
        return staff.joined([self.people[uid].name for uid in self.entry.therapist_uids if uid in self.people]) if self.entry else ""


@dataclass(frozen=True)
class Line:
    """One person on the list, as staff see them."""

    entry: WaitEntry
    person: User
    days: int
    offer: TimeOffer | None
    names: str


@dataclass(frozen=True)
class Listed:
    """The list in its order, and how many of it are shown."""

    lines: list[Line]
    count: int


def my_place(actor: Actor) -> Place:
    """Return the actor's own place."""
    authorize(actor, policy.can_wait)
    assert actor.uid is not None
    entry = joining.open_entry(actor.uid)
    offer = holds.held_for(entry.uid) if entry else None
    if offer is not None and not offer.is_held(clock.now()):
        offer = None
    wanted = [*(entry.therapist_uids if entry else ()), *([offer.therapist_uid] if offer else ())]
    if entry:
        record(actor, "waiting.read", "wait_entry", entry.uid, patient_uid=actor.uid)
    return Place(entry, offer, staff.faces(wanted))


def people_to_ask(actor: Actor, patient_uid: UUID) -> list[tuple[str, str]]:
    """Return whom a patient can wait for by name: who cares for them, and whom the choice of therapists showed."""
    patient = records.patient(patient_uid)
    authorize(actor, policy.can_list, patient)
    uids = list(dict.fromkeys([*patient.therapist_uids, *matching.choices(patient_uid)]))
    faces = staff.faces(uids)
    return [(str(uid), faces[uid].name) for uid in uids if uid in faces]


def listed(actor: Actor) -> Listed:
    """Return who waits, in the order of the list: all for administrators, the people in their care for therapists."""
    authorize(actor, policy.can_see_list)
    wanted = select(WaitEntry).where(WaitEntry.state.in_(OPEN))
    if not actor.is_clinic_admin:
        assert actor.uid is not None
        wanted = wanted.where(WaitEntry.patient_uid.in_(records.caseload(actor.uid)))
    rows = sorted(session().scalars(wanted), key=lambda row: rank(row.joined_at, row.level, row.uid))
    record(actor, "waiting.list", "waiting_list", "all")
    return Listed(_lines(rows[:MOST_LINES]), len(rows))


def line(actor: Actor, uid: UUID) -> Line:
    """Return one person on the list, and note the look."""
    found = joining.entry(uid)
    authorize(actor, policy.can_help, records.patient(found.patient_uid))
    record(actor, "waiting.read", "wait_entry", uid, patient_uid=found.patient_uid)
    return _lines([found])[0]


def not_listed(actor: Actor) -> list[tuple[str, str]]:
    """Return the people a staff member can put on the list, by name."""
    authorize(actor, policy.can_see_list)
    assert actor.uid is not None
    on = set(session().scalars(select(WaitEntry.patient_uid).where(WaitEntry.state.in_(OPEN))))
    found = list_users(actor, role=PATIENT, state=UserState.ACTIVE) if actor.is_clinic_admin else list(users(records.caseload(actor.uid)).values())
    named = [(str(row.uid), row.name) for row in found if row.uid not in on and row.state == UserState.ACTIVE]
    return sorted(named, key=lambda each: each[1].casefold())


def waiting_count() -> ScalarSelect[int]:
    """Return how to count who is on the list and has no time kept for them, for an administrator's navigation."""
    held = select(TimeOffer.held_of).where(TimeOffer.held_of.is_not(None))
    return select(func.count()).select_from(WaitEntry).where(WaitEntry.state.in_(OPEN), WaitEntry.uid.not_in(held)).scalar_subquery()


def days_waited(entry: WaitEntry, now: datetime) -> int:
    """Return for how many whole days somebody has waited."""
    return max(0, ((entry.closed_at or now) - entry.joined_at).days)


def _lines(rows: list[WaitEntry]) -> list[Line]:
    now = clock.now()
    held = session().scalars(select(TimeOffer).where(TimeOffer.entry_uid.in_([row.uid for row in rows]), TimeOffer.state == Answer.HELD)) if rows else ()
    offers = {row.entry_uid: row for row in held}
    people = users({row.patient_uid for row in rows})
    faces = staff.faces({uid for row in rows for uid in row.therapist_uids} | {each.therapist_uid for each in offers.values()})
    return [
        Line(row, people[row.patient_uid], days_waited(row, now), offers.get(row.uid), staff.joined([faces[uid].name for uid in row.therapist_uids if uid in faces]))
        for row in rows
        if row.patient_uid in people
    ]
