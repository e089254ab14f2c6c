"""What therapists are told about sessions they share with a colleague."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from vtclinic.core.i18n import lazy
from vtclinic.core.policy import THERAPIST
from vtclinic.features.notifications import api as notifications
from vtclinic.features.scheduling.models import Appointment

JOINT = notifications.Kind(
    "joint-session", lazy("A time with a colleague is new or has changed"), mail="joint-session", about=lazy("Sessions with a colleague"), roles=frozenset({THERAPIST})
)


def tell_others(row: Appointment, others: Iterable[UUID]) -> None:
    """Tell everybody beside the leading therapist, once for each change."""
    for uid in others:
        notifications.notify(uid, JOINT, key=f"joint:{row.uid}:{row.state}:{row.ics_sequence}", path="/calendar")
