"""Who works here: looked up in the accounts, so that a therapist without a finished profile is told too."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import String, cast, select

from vtclinic.core.policy import THERAPIST
from vtclinic.core.uow import session
from vtclinic.features.clinic import api as clinic
from vtclinic.identity import service as identity


def staff_with(role: str, *, active: bool = True) -> list[identity.User]:
    """Return the accounts with a role, with one query that leaves patients out."""
    user = identity.User
    chosen = select(user).where(cast(user.roles, String).contains(f'"{role}"'))
    if active:
        chosen = chosen.where(user.state == identity.UserState.ACTIVE)
    return sorted(session().scalars(chosen), key=lambda row: (row.name.casefold(), row.uid))


def on_duty() -> list[identity.User]:
    """Return everybody who can take a task: the clinic's active therapists."""
    return staff_with(THERAPIST)


def told_first() -> list[identity.User]:
    """Return whom a task without an owner is told to: those the clinic chose to be on duty, else everybody who can take it."""
    everybody, chosen = on_duty(), set(clinic.on_duty_uids())
    return [person for person in everybody if person.uid in chosen] or everybody


def active_among(uids: Iterable[UUID]) -> list[UUID]:
    """Return, in their order, those who can still sign in."""
    listed = list(uids)
    known = identity.users(listed)
    return [uid for uid in listed if uid in known and known[uid].state == identity.UserState.ACTIVE]
