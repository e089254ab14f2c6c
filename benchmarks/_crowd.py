"""More people and messages in a demonstration's clinic, so that a page's queries can be counted with few rows and with many."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from vtclinic.core import clock
from vtclinic.core.policy import PATIENT, SYSTEM
from vtclinic.core.scope import ClinicScope
from vtclinic.core.uow import unit_of_work
from vtclinic.core.zones import zone
from vtclinic.features.messaging.models import Message, Thread
from vtclinic.features.records import api as records
from vtclinic.features.scheduling.models import Appointment
from vtclinic.identity import service as identity
from vtclinic.tenants.scope import tenant_scope


def crowd(clinic: ClinicScope, therapist_uid: UUID, thread_uid: UUID, rows: int) -> None:
    """Give a therapist this many clients, all in today's sessions and with a message that waits, and one thread this many messages."""
    with tenant_scope(clinic), unit_of_work() as db:
        known = db.scalar(select(func.count()).select_from(Thread).where(Thread.therapist_uid == therapist_uid)) or 0
        morning = clock.now().astimezone(zone(clinic.timezone)).replace(hour=0, minute=0, second=0, microsecond=0)
        for number in range(known, rows):
            _client(db, therapist_uid, number, morning + timedelta(minutes=10 * number))
        thread = db.get_one(Thread, thread_uid)
        for _ in range(thread.last_seq, rows):
            _message(db, thread, clock.now())


def _client(db: Session, therapist_uid: UUID, number: int, at: datetime) -> None:
    account = identity.NewAccount(f"client-{number}@example.org", f"Client {number}", (PATIENT,), identity.UserState.ACTIVE)
    uid = identity.create_account(SYSTEM, account).uid
    records.open_care(SYSTEM, uid, therapist_uid)
    like = db.scalars(select(Appointment).limit(1)).one()
    kept = {name: getattr(like, name) for name in ("patient_zone", "service_uid", "therapist_zone", "format", "cancel_hours", "booked_at", "changed_at")}
    db.add(Appointment(patient_uid=uid, therapist_uid=therapist_uid, starts_at=at, ends_at=at + timedelta(minutes=10), booking_key=uuid4(), **kept))
    thread = Thread(patient_uid=uid, therapist_uid=therapist_uid, created_at=at, last_seq=0)
    db.add(thread)
    db.flush()
    _message(db, thread, at)


def _message(db: Session, thread: Thread, at: datetime) -> None:
    seq = thread.append(thread.patient_uid, at, reply_by=at + timedelta(days=1))
    words = "A few words, as people write them between two sessions."
    db.add(
        Message(thread_uid=thread.uid, patient_uid=thread.patient_uid, seq=seq, author_uid=thread.patient_uid, client_id=uuid4().hex, sent_at=at, body=words)
    )
