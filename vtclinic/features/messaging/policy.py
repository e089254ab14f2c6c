"""Who may read and write a thread: its two people, and the therapist only while the patient is in their care."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_

from vtclinic.core.policy import Actor
from vtclinic.features.messaging.models import Thread
from vtclinic.features.records.api import CareRelation


def can_read(actor: Actor, thread: Thread, *, in_care: bool) -> bool:
    """Allow the patient always, the therapist during care."""
    if actor.uid == thread.patient_uid:
        return True
    return actor.is_therapist and actor.uid == thread.therapist_uid and in_care


def can_write(actor: Actor, thread: Thread, *, in_care: bool) -> bool:
    """Allow both while care goes on."""
    return in_care and actor.uid in (thread.patient_uid, thread.therapist_uid)


def care_goes_on() -> ColumnElement[bool]:
    """Return whether the two people of a thread are in care, as a column beside it."""
    return exists().where(
        CareRelation.patient_uid == Thread.patient_uid, CareRelation.therapist_uid == Thread.therapist_uid, CareRelation.until.is_(None)
    )


def visible_to(reader: ColumnElement[UUID], *, is_therapist: bool) -> ColumnElement[bool]:
    """Return which threads a person's list shows; the same answer as `can_read`."""
    own = Thread.patient_uid == reader
    return or_(own, and_(Thread.therapist_uid == reader, care_goes_on())) if is_therapist else own
