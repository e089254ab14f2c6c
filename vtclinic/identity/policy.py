"""Who may do what with accounts."""

from __future__ import annotations

from vtclinic.core.policy import Actor
from vtclinic.identity.models import LoginSession, Stage, User


def can_manage_accounts(actor: Actor) -> bool:
    """Allow the clinic's administrators and the program itself."""
    return actor.is_system or actor.is_clinic_admin


def can_change(actor: Actor, user: User) -> bool:
    """Allow the owner, once fully signed in."""
    return actor.uid == user.uid and bool(actor.roles)


def can_set_up_second_step(actor: Actor, user: User) -> bool:
    """Allow the owner, also while staff still have to add one."""
    return actor.uid == user.uid and (bool(actor.roles) or actor.role == Stage.SET_UP)


def can_end(actor: Actor, row: LoginSession) -> bool:
    """Allow the owner of a sign-in to end it."""
    return actor.uid == row.user_uid and bool(actor.roles)
