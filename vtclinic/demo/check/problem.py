"""What the check says when something is not as it should be."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

LOOK_SECONDS = 0.2

T = TypeVar("T")


class CheckFailed(Exception):
    """A step did not come out as it must; the message says in which way."""


def expect(holds: object, otherwise: str) -> None:
    """Raise CheckFailed with a sentence unless something holds."""
    if not holds:
        raise CheckFailed(otherwise)


def wait_for(look: Callable[[], T | None], otherwise: str, *, seconds: float) -> T:
    """Look until there is something to see and return it; raise CheckFailed with a sentence when the time is up."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(LOOK_SECONDS)
    raise CheckFailed(otherwise)
