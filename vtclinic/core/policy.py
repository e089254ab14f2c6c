"""Who acts, and the one gate every use case passes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from vtclinic.core.errors import Forbidden, NotFound, SignInNeeded

PATIENT, THERAPIST, CLINIC_ADMIN, MODERATOR = "patient", "therapist", "clinic_admin", "moderator"
ROLES = (PATIENT, THERAPIST, CLINIC_ADMIN, MODERATOR)
STAFF = frozenset({THERAPIST, CLINIC_ADMIN, MODERATOR})

T = TypeVar("T")
Rule = Callable[["Actor", T], bool]


@dataclass(frozen=True)
class Actor:
    """Somebody at work in one clinic, as their session vouches for them."""

    uid: UUID | None
    role: str
    roles: frozenset[str] = frozenset()
    clinic_uid: UUID | None = None
    name: str = ""
    mfa: bool = False
    fresh_until: datetime | None = None
    session_uid: UUID | None = None

    @property
    def known(self) -> bool:
        """Tell whether somebody is signed in."""
        return self.uid is not None

    @property
    def is_patient(self) -> bool:
        """Tell whether this is a patient."""
        return PATIENT in self.roles

    @property
    def is_therapist(self) -> bool:
        """Tell whether this is a therapist."""
        return THERAPIST in self.roles

    @property
    def is_clinic_admin(self) -> bool:
        """Tell whether this is a clinic admin."""
        return CLINIC_ADMIN in self.roles

    @property
    def is_staff(self) -> bool:
        """Tell whether this person works for the clinic."""
        return bool(self.roles & STAFF)

    @property
    def is_system(self) -> bool:
        """Tell whether this is the program itself (a job, a command)."""
        return self.role == "system"


ANONYMOUS = Actor(uid=None, role="anonymous")
SYSTEM = Actor(uid=None, role="system")


def authorize(actor: Actor, rule: Callable[..., bool], obj: Any = None) -> None:
    """Let `actor` go on when `rule` says so.

    Refused for an object: NotFound, as if it did not exist. Refused without one: SignInNeeded or Forbidden.
    """
    if obj is not None:
        if not rule(actor, obj):
            raise NotFound()
        return
    if rule(actor):
        return
    if not actor.known:
        raise SignInNeeded()
    raise Forbidden()


def is_system(actor: Actor) -> bool:
    """Allow the program itself."""
    return actor.is_system
