"""What notifications tell the features above them."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class ChoicesChanged:
    """Somebody changed what they are told, or when they are left in peace: what was planned for them may belong elsewhere."""

    user_uid: UUID
