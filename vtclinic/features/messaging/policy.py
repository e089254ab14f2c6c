"""Who may read and write a thread: its two people, and the therapist only while the patient is in their care."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, or_

from vtclinic.core.policy import Actor
from vtclinic.features.messaging.models import Thread

InCare = Callable[[UUID, UUID], bool]


def can_read(actor: Actor, thread: Thread, *, in_care: InCare) -> bool:
    """Allow the patient always, the therapist during care."""
    if actor.uid == thread.patient_uid:
        return True
    return actor.is_therapist and actor.uid == thread.therapist_uid and in_care(thread.patient_uid, thread.therapist_uid)


def can_write(actor: Actor, thread: Thread, *, in_care: InCare) -> bool:
    """Allow both while care goes on."""
    return actor.uid in (thread.patient_uid, thread.therapist_uid) and in_care(thread.patient_uid, thread.therapist_uid)


def visible_to(actor: Actor, caseload: list[UUID]) -> ColumnElement[bool]:
    """Return which threads a person's list shows; the same answer as `can_read`."""
    if actor.uid is None:
        return false()
    own = Thread.patient_uid == actor.uid
    if not actor.is_therapist:
        return own
    return or_(own, and_(Thread.therapist_uid == actor.uid, Thread.patient_uid.in_(caseload)))
