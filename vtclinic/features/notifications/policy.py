"""Who may see news: its own reader alone."""

from __future__ import annotations

from vtclinic.core.policy import Actor
from vtclinic.features.notifications.models import Notification, PushSubscription


def can_read(actor: Actor, row: Notification) -> bool:
    """Allow the person who was told."""
    return actor.known and actor.uid == row.to_uid


def can_remove(actor: Actor, row: PushSubscription) -> bool:
    """Allow the person whose browser it is."""
    return actor.known and actor.uid == row.user_uid
