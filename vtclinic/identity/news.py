"""What identity tells the features above it, in the same transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True)
class PatientRegistered:
    """A patient's account became real: the address was confirmed, or the clinic made the account.

    `consented_at` is None while only the clinic has acted (an invitation, an import).
    """

    user_uid: UUID
    at: datetime
    consented_at: datetime | None = None


@dataclass(frozen=True)
class AccountDisabled:
    """Somebody's account was switched off; open sockets must close."""

    user_uid: UUID
