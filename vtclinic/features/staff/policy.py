"""Who may see and change the profiles, licences and accounts of a clinic's people."""

from __future__ import annotations

from vtclinic.core.policy import Actor
from vtclinic.features.staff.models import Credential, Therapist
from vtclinic.identity.models import User, UserState


def can_have_practice(actor: Actor) -> bool:
    """Allow therapists."""
    return actor.is_therapist


def can_change_practice(actor: Actor, therapist: Therapist) -> bool:
    """Allow the therapist alone; an import acts as the program."""
    return actor.is_system or (actor.is_therapist and actor.uid == therapist.uid)


def can_read_about(actor: Actor, therapist: Therapist) -> bool:
    """Allow everybody signed in while the therapist works here; afterwards administrators only."""
    return actor.is_clinic_admin or (actor.known and therapist.user.state == UserState.ACTIVE)


def can_view_credential(actor: Actor, credential: Credential) -> bool:
    """Allow the owner and the clinic's administrators."""
    return actor.is_clinic_admin or owns(actor, credential)


def owns(actor: Actor, credential: Credential) -> bool:
    """Allow the therapist whose licence it is."""
    return actor.is_therapist and actor.uid == credential.therapist_uid


def can_hand_in(actor: Actor, credential: Credential) -> bool:
    """Allow the therapist whose licence it is; an import acts as the program."""
    return actor.is_system or owns(actor, credential)


def can_manage_people(actor: Actor) -> bool:
    """Allow the clinic's administrators and the program itself."""
    return actor.is_system or actor.is_clinic_admin


def can_manage(actor: Actor, user: User) -> bool:
    """Allow the clinic's administrators to act on an account of their clinic."""
    return can_manage_people(actor)
