"""Passwords as NIST SP 800-63B-4 §3.1.1 wants them, kept by argon2id.

Pure: knows no clinic and no database, so the IT console uses it too. Hashing goes through `run_blocking`; never call it inside a unit of work.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import import_module

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from vtclinic.core.blocking import run_blocking
from vtclinic.core.errors import Invalid
from vtclinic.core.i18n import gettext as _
from vtclinic.core.i18n import ngettext

SHORTEST_ALONE = 15
SHORTEST_WITH_SECOND_STEP = 8
LONGEST = 1024
WEAKEST_SCORE = 2
_ESTIMATOR = "zxcvbn"  # imported when first needed: its word lists take 12 MB, and a worker never weighs a password
_ESTIMATED = 72  # zxcvbn refuses longer input; what follows only adds strength

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, type=Type.ID)
# A real hash of a random password nobody has: a sign-in without an account costs what one with an account costs.
NOBODYS_HASH = "$argon2id$v=19$m=19456,t=2,p=1$Epltaph+EWBoBtD8VxFRTA$oiHJFb4wB+pkTwy4vR+hzNX/PibqZJBlpn5Rv+N2lJ8"


@dataclass(frozen=True)
class Strength:
    """How hard a password is to guess: `score` 0 to 4, and words for the person."""

    score: int
    words: str


def hash_password(password: str) -> str:
    """Hash a password off the hub."""
    return run_blocking(_hasher.hash, _normal(password))


def verify_password(stored: str | None, password: str) -> bool:
    """Tell whether the password is right; takes as long when there is nothing to compare with."""
    right = run_blocking(_verify, stored or NOBODYS_HASH, _normal(password)[:LONGEST])
    return right and stored is not None


def needs_rehash(stored: str) -> bool:
    """Tell whether this hash was made with other parameters than today's."""
    return _hasher.check_needs_rehash(stored)


def check_password(password: str, *, second_step: bool, known_words: Iterable[str] = (), field: str = "password") -> None:
    """Raise Invalid when a new password is too short or among those tried first; there are no composition rules.

    `second_step` says that this account must have one, which allows a shorter password. `known_words` are the person's and the clinic's names.
    """
    password, shortest = _normal(password), SHORTEST_WITH_SECOND_STEP if second_step else SHORTEST_ALONE
    if len(password) < shortest:
        raise _refused(field, _("Use at least %(n)s characters. Four words in a row work well.", n=shortest))
    if len(password) > LONGEST:
        raise _refused(field, _("This password is too long for us. Use at most %(n)s characters.", n=LONGEST))
    words = [word for word in known_words if len(word) > 2]
    if password.casefold() in _tried_first() or run_blocking(_score, password, words) < WEAKEST_SCORE:
        raise _refused(field, _("This password is easy to guess. Add a word that nobody expects."))


def measure(password: str, known_words: Iterable[str] = ()) -> Strength:
    """Say in words how hard a password is to guess."""
    score = run_blocking(_score, _normal(password), list(known_words))
    if len(password) < SHORTEST_WITH_SECOND_STEP:
        missing = SHORTEST_WITH_SECOND_STEP - len(password)
        return Strength(0, ngettext("%(num)s more character needed.", "%(num)s more characters needed.", missing))
    return Strength(score, [_("Easy to guess."), _("Easy to guess."), _("Not easy to guess."), _("Hard to guess."), _("Very hard to guess.")][score])


def _refused(field: str, sentence: str) -> Invalid:
    return Invalid(sentence, fields={field: sentence})


def _normal(password: str) -> str:
    # RFC 8265 §4.2: the same password typed on two keyboards must be the same bytes.
    return unicodedata.normalize("NFC", password)


def _verify(stored: str, password: str) -> bool:
    try:
        return _hasher.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


def _score(password: str, words: list[str]) -> int:
    return int(import_module(_ESTIMATOR).zxcvbn(password[:_ESTIMATED], user_inputs=words)["score"]) if password else 0


@cache
def _tried_first() -> frozenset[str]:
    return frozenset(import_module(f"{_ESTIMATOR}.frequency_lists").FREQUENCY_LISTS["passwords"])
