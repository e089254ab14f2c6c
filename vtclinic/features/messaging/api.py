"""What other features may ask of messaging."""

from __future__ import annotations

from uuid import UUID

from vtclinic.core.policy import Actor
from vtclinic.features.messaging import service
from vtclinic.features.messaging.models import Thread
from vtclinic.features.messaging.views import ThreadView, thread_views

__all__ = ["ThreadView", "recent", "thread_for", "unread"]


def unread(actor: Actor) -> int:
    """Count the threads with something new for this person."""
    threads = service.list_threads(actor)
    return sum(1 for count in service.unread_in(actor, threads).values() if count)


def recent(actor: Actor, limit: int = 3) -> list[ThreadView]:
    """Return the newest threads of this person."""
    return thread_views(actor, service.list_threads(actor, limit=limit))


def thread_for(actor: Actor, patient_uid: UUID, therapist_uid: UUID) -> Thread:
    """Return the thread of two people in care, making it when needed."""
    return service.open_thread(actor, patient_uid, therapist_uid)
