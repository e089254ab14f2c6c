"""Who may plan, see, join and call off a session with seats."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from vtclinic.core.policy import Actor
from vtclinic.features.scheduling.groups.models import GroupMember, GroupSession


@dataclass(frozen=True)
class Place:
    """Where somebody stands towards a session: its therapists, their own membership, and whether one of them cares for them."""

    group: GroupSession
    therapists: Collection[UUID]
    member: GroupMember | None = None
    in_care: bool = False


def can_plan(actor: Actor) -> bool:
    """Allow therapists."""
    return actor.is_therapist


def can_view(actor: Actor, place: Place) -> bool:
    """Allow who may change it, who was asked, and, when it is open, who is in the care of one of its therapists."""
    return can_change(actor, place) or can_join(actor, place)


def can_join(actor: Actor, place: Place) -> bool:
    """Allow patients who were asked, or who are in the care of its therapists when it is open to all of them."""
    return actor.is_patient and (place.member is not None or (place.group.open_to_all and place.in_care))


def can_change(actor: Actor, place: Place) -> bool:
    """Allow its therapists and the clinic's administrators to move it and to call it off."""
    return can_lead(actor, place) or actor.is_clinic_admin


def can_list_all(actor: Actor) -> bool:
    """Allow the clinic's administrators."""
    return actor.is_clinic_admin


def can_lead(actor: Actor, place: Place) -> bool:
    """Allow its therapists; who comes is shown to them alone."""
    return actor.is_therapist and actor.uid in place.therapists
