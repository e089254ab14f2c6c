"""Links in letters that say one thing without signing in: pass on this time, or leave the list. What they did once they do not do again."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from itsdangerous import BadSignature, URLSafeSerializer

from vtclinic.core.errors import NotFound
from vtclinic.core.scope import current_clinic


class Purpose(StrEnum):
    """The one thing a link does."""

    NO_THANKS = "pass"
    LEAVE = "leave"


def make(purpose: Purpose, uid: UUID) -> str:
    """Return a link's token; a clinic's key signs it, so that it opens nothing at another."""
    return _signer(purpose).dumps(uid.hex)


def read(purpose: Purpose, token: str) -> UUID:
    """Return what a token names; raise NotFound for another purpose's, another clinic's or a changed one."""
    try:
        return UUID(_signer(purpose).loads(token))
    except (BadSignature, ValueError):
        raise NotFound() from None


def address(purpose: Purpose, uid: UUID) -> str:
    """Return the whole address for a letter."""
    return f"{current_clinic().base_url}/waiting-list/{purpose}/{make(purpose, uid)}"


def _signer(purpose: Purpose) -> URLSafeSerializer:
    clinic = current_clinic()
    return URLSafeSerializer(clinic.keys.derived("waiting links"), salt=f"{clinic.uid}/{purpose}", signer_kwargs={"key_derivation": "hmac"})
