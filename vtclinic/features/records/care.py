"""Who cares for whom: opening and ending care, and the caseload that follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from vtclinic.core import clock
from vtclinic.core.audit import record
from vtclinic.core.errors import NotFound
from vtclinic.core.events import publish
from vtclinic.core.policy import THERAPIST, Actor, authorize
from vtclinic.core.uow import session
from vtclinic.features.records import policy
from vtclinic.features.records.models import CareRelation, Patient
from vtclinic.features.records.news import CareEnded, CareOpened
from vtclinic.features.records.service import called, patient
from vtclinic.identity.models import User, UserState


@dataclass(frozen=True)
class Client:
    """One line of a therapist's client list."""

    uid: UUID
    name: str
    pronouns: str
    place: dict[str, str]
    since: datetime
    account_state: str


def open_care(actor: Actor, patient_uid: UUID, therapist_uid: UUID) -> CareRelation:
    """Put a patient into a therapist's care; care that is open already stays as it is."""
    found = patient(patient_uid)
    authorize(actor, policy.can_open_care, found)
    therapist = session().get(User, therapist_uid)
    if therapist is None or THERAPIST not in therapist.roles or therapist.state == UserState.DISABLED:
        raise NotFound()
    relation = _open_relation(patient_uid, therapist_uid)
    if relation is not None:
        return relation
    made = CareRelation(patient_uid=patient_uid, therapist_uid=therapist_uid, since=clock.now(), opened_by=actor.uid)
    try:
        with session().begin_nested():
            session().add(made)
    except IntegrityError:
        # Somebody opened the same care a moment ago; theirs stands.
        relation = _open_relation(patient_uid, therapist_uid)
        assert relation is not None
        return relation
    session().expire(found, ["care"])
    record(actor, "care.opened", "therapist", therapist_uid, patient_uid=patient_uid)
    publish(CareOpened(patient_uid, therapist_uid))
    return made


def end_care(actor: Actor, patient_uid: UUID, therapist_uid: UUID) -> None:
    """End one therapist's care; the therapist sees the record no more. Raises NotFound when there is none."""
    relation = _open_relation(patient_uid, therapist_uid)
    if relation is None:
        raise NotFound()
    authorize(actor, policy.can_end_care, relation)
    relation.end(clock.now(), actor.uid)
    session().flush()
    record(actor, "care.ended", "therapist", therapist_uid, patient_uid=patient_uid)
    publish(CareEnded(patient_uid, therapist_uid))


def in_care(patient_uid: UUID, therapist_uid: UUID) -> bool:
    """Tell whether this therapist cares for this patient now."""
    return _open_relation(patient_uid, therapist_uid) is not None


def therapists_of(patient_uid: UUID) -> list[UUID]:
    """Return who cares for a patient now, the longest first."""
    chosen = select(CareRelation.therapist_uid).where(CareRelation.patient_uid == patient_uid, CareRelation.until.is_(None))
    return list(session().scalars(chosen.order_by(CareRelation.since)))


def caseload(therapist_uid: UUID) -> list[UUID]:
    """Return the patients in a therapist's care now, the longest first."""
    chosen = select(CareRelation.patient_uid).where(CareRelation.therapist_uid == therapist_uid, CareRelation.until.is_(None))
    return list(session().scalars(chosen.order_by(CareRelation.since)))


def everybody_in_care() -> dict[UUID, datetime]:
    """Return every patient in somebody's care, and since when, with one query."""
    open_now = select(CareRelation.patient_uid, func.min(CareRelation.since)).where(CareRelation.until.is_(None))
    found: dict[UUID, datetime] = dict(session().execute(open_now.group_by(CareRelation.patient_uid)).all())
    return found


def caseloads() -> dict[UUID, int]:
    """Count the patients in each therapist's care with one query."""
    counts: dict[UUID, int] = {}
    for uid in session().scalars(select(CareRelation.therapist_uid).where(CareRelation.until.is_(None))):
        counts[uid] = counts.get(uid, 0) + 1
    return counts


def find_clients(actor: Actor, words: str = "") -> list[Client]:
    """Return the actor's clients whose name holds every word, by name; one query however many there are.

    Names are encrypted, so they are opened and compared here.
    """
    authorize(actor, policy.can_have_clients)
    chosen = (
        select(CareRelation.since, Patient)
        .join(Patient, Patient.uid == CareRelation.patient_uid)
        .where(CareRelation.therapist_uid == actor.uid, CareRelation.until.is_(None))
    )
    rows = session().execute(chosen).all()
    found = [_client(row.since, row.Patient, row.Patient.user) for row in rows]
    record(actor, "caseload.searched" if words else "caseload.read", "caseload", str(actor.uid))
    wanted = words.casefold().split()
    return sorted((one for one in found if all(word in one.name.casefold() for word in wanted)), key=lambda one: one.name.casefold())


def _client(since: datetime, found: Patient, owner: User) -> Client:
    return Client(found.uid, called(found, owner), found.pronouns or "", found.place, since, owner.state)


def _open_relation(patient_uid: UUID, therapist_uid: UUID) -> CareRelation | None:
    chosen = select(CareRelation).where(
        CareRelation.patient_uid == patient_uid, CareRelation.therapist_uid == therapist_uid, CareRelation.until.is_(None)
    )
    return session().scalar(chosen)
