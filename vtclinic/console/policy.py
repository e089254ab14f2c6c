"""Who may run the installation from the web."""

from __future__ import annotations

from vtclinic.console.models import InstanceAdmin, InstanceSession
from vtclinic.core.policy import Actor

IT_ADMIN = "it_admin"


def runs_instance(actor: Actor) -> bool:
    """Allow IT administrators whose sign-in is complete, and who holds the data folder: the command line."""
    return actor.is_system or IT_ADMIN in actor.roles


def can_set_up_second_step(actor: Actor, admin: InstanceAdmin) -> bool:
    """Allow the owner, also while this is all they may do."""
    return actor.uid == admin.uid


def can_end(actor: Actor, row: InstanceSession) -> bool:
    """Allow the owner of a sign-in to end it."""
    return runs_instance(actor) and actor.uid == row.admin_uid


def can_manage(actor: Actor, admin: InstanceAdmin) -> bool:
    """Allow acting on the other administrators; one's own account has its own page."""
    return runs_instance(actor) and actor.uid != admin.uid
