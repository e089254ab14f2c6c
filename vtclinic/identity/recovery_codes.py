"""Recovery codes: eight, on paper, each good for one sign-in. Pure."""

from __future__ import annotations

import secrets

HOW_MANY = 8
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # without i, l, o, 0, 1: they are misread
GROUPS, GROUP = 3, 4


def new_codes() -> list[str]:
    """Make eight codes of 59 random bits, written like `k7mq-x2np-9tza`."""
    return ["-".join("".join(secrets.choice(ALPHABET) for _ in range(GROUP)) for _ in range(GROUPS)) for _ in range(HOW_MANY)]


def tidy(code: str) -> str:
    """Return the code as it was made, however it was typed."""
    letters = "".join(ch for ch in code.casefold() if ch in ALPHABET)
    return "-".join(letters[i : i + GROUP] for i in range(0, len(letters), GROUP))


def looks_like_code(text: str) -> bool:
    """Tell a recovery code from an app's six digits."""
    return len(tidy(text).replace("-", "")) == GROUPS * GROUP
