"""A clinic administrator's list of people: accounts and their states, and nothing of anybody's care."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from vtclinic.core import clock
from vtclinic.core.audit import record
from vtclinic.core.errors import Invalid
from vtclinic.core.i18n import gettext as _
from vtclinic.core.policy import PATIENT, THERAPIST, Actor, authorize
from vtclinic.core.scope import current_clinic
from vtclinic.features.records import api as records
from vtclinic.features.staff import policy
from vtclinic.features.staff.models import Credential, CredentialState
from vtclinic.features.staff.practice import ensure_profile
from vtclinic.features.staff.service import credentials_of
from vtclinic.identity import service as identity
from vtclinic.identity.models import User

PAGE = 50
KINDS = ("staff", "patients")
SORTS = ("name", "role", "state", "since")


@dataclass(frozen=True)
class Query:
    """What somebody asked the list for."""

    kind: str = ""
    state: str = ""
    words: str = ""
    sort: str = "name"
    down: bool = False
    page: int = 1


@dataclass(frozen=True)
class Person:
    """One person as the office sees them; `licence` is filled in lists, `clients` on the person's own page.

    A patient's address is not shown: it would tell more than the office needs.
    """

    uid: UUID
    name: str
    email: str
    roles: tuple[str, ...]
    state: str
    since: datetime
    licence: str
    clients: int

    @property
    def is_patient(self) -> bool:
        """Tell whether this is a patient."""
        return PATIENT in self.roles


@dataclass(frozen=True)
class People:
    """One page of the list."""

    rows: list[Person]
    total: int
    page: int
    anybody: bool

    @property
    def pages(self) -> int:
        """Return how many pages there are."""
        return max(1, -(-self.total // PAGE))


def find_people(actor: Actor, query: Query) -> People:
    """Return one page of the clinic's people in a fixed number of queries; names are encrypted, so searching happens here."""
    authorize(actor, policy.can_manage_people)
    everybody = identity.list_users(actor)
    wanted = query.words.casefold().split()
    found = [user for user in everybody if _fits(user, query) and all(word in _searched(user) for word in wanted)]
    found.sort(key=_sort_key(query.sort), reverse=query.down)
    page = max(1, min(query.page, -(-len(found) // PAGE) or 1))
    shown = found[(page - 1) * PAGE : page * PAGE]
    record(actor, "people.list", "user", "all")
    return People(_lines(shown), len(found), page, bool(everybody))


def view_person(actor: Actor, uid: UUID) -> tuple[User, Person]:
    """Return one account as the office sees it."""
    found = identity.user(uid)
    authorize(actor, policy.can_manage, found)
    record(actor, "people.read", "user", uid, patient_uid=uid if PATIENT in found.roles else None)
    clients = records.caseloads().get(uid, 0) if THERAPIST in found.roles else 0
    return found, _line(found, "", clients)


def add_person(actor: Actor, *, email: str, name: str, roles: list[str]) -> User:
    """Invite somebody: an account, an empty profile for a therapist, and a mail with a link."""
    authorize(actor, policy.can_manage_people)
    if not name.strip() or len(name) > 120:
        raise Invalid(_("Write a name."), fields={"name": _("Write a name, in up to 120 letters.")})
    return invite(actor, email=email, name=" ".join(name.split()), roles=roles)


def invite(actor: Actor, *, email: str, name: str, roles: list[str], timezone: str = "") -> User:
    """Make an account in the clinic's language and zone (not the administrator's), and mail its owner a link."""
    clinic = current_clinic()
    wanted = identity.NewAccount(email, name, roles, locale=clinic.locale, timezone=timezone or clinic.timezone)
    made = identity.create_account(actor, wanted)
    if THERAPIST in roles:
        ensure_profile(made.uid, made.timezone)
    identity.send_invitation(actor, made.uid)
    return made


def _fits(user: User, query: Query) -> bool:
    is_patient = PATIENT in user.roles
    if query.kind and is_patient != (query.kind == "patients"):
        return False
    return not query.state or user.state == query.state


def _searched(user: User) -> str:
    return (user.name if PATIENT in user.roles else f"{user.name} {user.email}").casefold()


def _sort_key(sort: str) -> Callable[[User], tuple[Any, ...]]:
    keys: dict[str, Callable[[User], tuple[Any, ...]]] = {
        "role": lambda user: (user.roles, user.name.casefold()),
        "state": lambda user: (user.state, user.name.casefold()),
        "since": lambda user: (user.created_at, user.name.casefold()),
    }
    return keys.get(sort, lambda user: (user.name.casefold(),))


def _lines(users: list[User]) -> list[Person]:
    therapists = [user.uid for user in users if THERAPIST in user.roles]
    licences = credentials_of(therapists)
    return [_line(user, _licence(licences[user.uid]) if user.uid in licences else "") for user in users]


def _line(user: User, licence: str, clients: int = 0) -> Person:
    email = "" if PATIENT in user.roles else user.email
    return Person(user.uid, user.name, email, tuple(user.roles), user.state, user.created_at, licence, clients)


def _licence(rows: list[Credential]) -> str:
    today = clock.now().date()
    standings = {row.standing(today) for row in rows}
    best = (CredentialState.VERIFIED, CredentialState.PENDING, CredentialState.REFUSED, CredentialState.EXPIRED)
    return next((str(state) for state in best if state in standings), "none")
