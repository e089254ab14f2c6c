"""Where to go when a questionnaire is done: features above may say so, since progress knows none of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID


@dataclass(frozen=True)
class Onward:
    """One link: an endpoint with its words."""

    endpoint: str
    label: Any
    values: dict[str, Any] = field(default_factory=dict)


Guide = Callable[[UUID], Onward | None]
_guides: list[Guide] = []


def add_guide(guide: Guide) -> None:
    """Ask `guide(patient_uid)` for the way on after a finished questionnaire; None leaves it to the next one."""
    if guide not in _guides:
        _guides.append(guide)


def way_on(patient_uid: UUID) -> Onward | None:
    """Return the first answer of the guides."""
    return next((found for found in (guide(patient_uid) for guide in _guides) if found is not None), None)
