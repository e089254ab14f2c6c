"""What other features may ask of messaging."""

from __future__ import annotations

from uuid import UUID

from vtclinic.core.policy import Actor
from vtclinic.features.messaging import service
from vtclinic.features.messaging.models import Thread
from vtclinic.features.messaging.service import Line, inbox
from vtclinic.features.messaging.views import ThreadView, thread_views

__all__ = ["Line", "ThreadView", "inbox", "recent", "send", "thread_for"]


def recent(actor: Actor, limit: int = 3) -> list[ThreadView]:
    """Return the newest threads of this person."""
    return thread_views(actor, inbox(actor)[:limit])


def thread_for(actor: Actor, patient_uid: UUID, therapist_uid: UUID) -> Thread:
    """Return the thread of two people in care, making it when needed."""
    return service.open_thread(actor, patient_uid, therapist_uid)


def send(actor: Actor, thread_uid: UUID, body: str, client_id: str) -> service.Sent:
    """Store a message for somebody, as the composer does."""
    return service.send_message(actor, thread_uid, body, client_id)
