"""What other parts of vtclinic may ask of identity."""

from __future__ import annotations

from vtclinic.core.policy import ANONYMOUS, Actor
from vtclinic.core.uow import in_unit, unit_of_work
from vtclinic.identity import sessions
from vtclinic.identity.accounts import (
    NewAccount,
    PeopleCount,
    count_people,
    create_account,
    create_user,
    disable_user,
    enable_user,
    invite_user,
    list_users,
    reset_second_step,
    send_invitation,
    user,
    user_by_email,
    users,
)
from vtclinic.identity.models import Stage, User, UserState
from vtclinic.identity.my_account import act_as
from vtclinic.identity.news import AccountDisabled, PatientRegistered
from vtclinic.identity.passwords import check_password, hash_password
from vtclinic.identity.registration import confirm_email
from vtclinic.identity.second_step import add_app
from vtclinic.identity.sessions import count_beside, counter

__all__ = [
    "AccountDisabled",
    "NewAccount",
    "PatientRegistered",
    "PeopleCount",
    "User",
    "UserState",
    "act_as",
    "add_app",
    "check_password",
    "confirm_email",
    "count_beside",
    "count_people",
    "counter",
    "create_account",
    "create_user",
    "current_actor",
    "disable_user",
    "enable_user",
    "hash_password",
    "invite_user",
    "list_users",
    "reset_second_step",
    "send_invitation",
    "user",
    "user_by_email",
    "users",
]


def current_actor(token: str | None) -> Actor:
    """Return who is behind a session token now, for sockets: ANONYMOUS unless every step of the sign-in is done.

    Works inside a unit of work or outside one; does not count as activity.
    """
    if not token:
        return ANONYMOUS
    if in_unit():
        return _actor(token)
    with unit_of_work(write=False):
        return _actor(token)


def _actor(token: str) -> Actor:
    row = sessions.find(token)
    return sessions.actor_for(row) if row is not None and row.stage == Stage.OPEN else ANONYMOUS
