"""Who works here: looked up in the accounts, so that a therapist without a finished profile is told too."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, String, and_, cast, exists, select
from sqlalchemy.orm import aliased

from vtclinic.core import clock
from vtclinic.core.policy import THERAPIST
from vtclinic.core.scope import current_clinic
from vtclinic.core.uow import session
from vtclinic.core.zones import zone
from vtclinic.features.clinic import api as clinic
from vtclinic.features.staff import api as staff
from vtclinic.identity import service as identity


def staff_with(role: str, *, active: bool = True) -> list[identity.User]:
    """Return the accounts with a role, with one query that leaves patients out."""
    user = identity.User
    chosen = select(user).where(has_role(user, role))
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


def present(uids: Iterable[UUID], *, day: date | None = None, leave: bool = True) -> list[UUID]:
    """Return, in their order, the therapists who can sign in and (unless `leave` is false) are not on leave that day; one query."""
    listed = list(uids)
    if not listed:
        return []
    user = identity.User
    on = day or clock.now().astimezone(zone(current_clinic().timezone)).date()
    asked = is_present(user.uid, on) if leave else _works(user)
    here = set(session().scalars(select(user.uid).where(user.uid.in_(set(listed)), asked)))
    return [uid for uid in listed if uid in here]


def is_present(uid: Any, day: date) -> ColumnElement[bool]:
    """Return, as a condition, whether a therapist can sign in and is not on leave that day."""
    person, away = aliased(identity.User), staff.TherapistLeave
    works = exists().where(person.uid == uid, _works(person))
    return and_(works, ~exists().where(away.therapist_uid == uid, away.first <= day, away.last >= day))


def has_role(user: type[identity.User], role: str) -> ColumnElement[bool]:
    """Return, as a condition, whether an account has a role."""
    return cast(user.roles, String).contains(f'"{role}"')


def _works(user: type[identity.User]) -> ColumnElement[bool]:
    return and_(user.state == identity.UserState.ACTIVE, has_role(user, THERAPIST))
