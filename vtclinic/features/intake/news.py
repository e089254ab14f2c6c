"""What intake tells the features above it, in the same transaction."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class NeedsChanged:
    """A patient sent what they need, or changed it."""

    patient_uid: UUID
