"""What staff tells the features above it, in the same transaction."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class LeaveChanged:
    """A therapist's days away, or who covers them, are other ones now."""

    therapist_uid: UUID
