"""Telling somebody by mail that a message waits: once until they read, and only where mail is safe for them."""

from __future__ import annotations

from uuid import UUID

from vtclinic.core.outbox import queue_mail
from vtclinic.core.scope import current_clinic
from vtclinic.core.uow import session
from vtclinic.features.messaging.models import ReadingMark, Thread
from vtclinic.features.records import api as records
from vtclinic.identity import service as identity


def tell_by_mail(thread: Thread, person_uid: UUID) -> None:
    """Queue a neutral mail unless this person was told already since they last read."""
    mark = session().get(ReadingMark, (thread.uid, person_uid))
    if mark is None:
        mark = ReadingMark(thread_uid=thread.uid, user_uid=person_uid, read_seq=0, mailed_seq=0)
        session().add(mark)
    if mark.mailed_seq > mark.read_seq:
        return
    mark.mailed_seq = thread.last_seq
    person = identity.user(person_uid)
    named = True
    if person_uid == thread.patient_uid:
        patient = records.patient(person_uid)
        named = records.may_be_named(patient)
        if not records.may_mail(patient):
            return
    link = f"{current_clinic().base_url}/messages/{thread.uid}"
    queue_mail(person.email, "new-message", {"link": link}, locale=person.locale, timezone=person.timezone, named=named)
