"""What the check says when something is not as it should be."""

from __future__ import annotations


class CheckFailed(Exception):
    """A step did not come out as it must; the message says in which way."""


def expect(holds: object, otherwise: str) -> None:
    """Raise CheckFailed with a sentence unless something holds."""
    if not holds:
        raise CheckFailed(otherwise)
