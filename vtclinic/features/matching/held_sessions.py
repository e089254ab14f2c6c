"""The way up to scheduling, which stands above matching: it registers how sessions that were held are counted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

Pair = tuple[UUID, UUID]


@dataclass(frozen=True)
class Held:
    """Sessions of one patient with one therapist: how many were held, when the first began, and when the last one begins, past or to come."""

    count: int
    first: datetime
    last: datetime


Find = Callable[[], Mapping[Pair, Held]]


def _unknown() -> Mapping[Pair, Held]:
    return {}


@dataclass
class _Hook:
    find: Find = _unknown


_hook = _Hook()


def set_held_sessions(find: Find) -> None:
    """Say how sessions are counted."""
    _hook.find = find


def held_sessions() -> Mapping[Pair, Held]:
    """Return the sessions of each (patient, therapist) with at least one held."""
    return _hook.find()
