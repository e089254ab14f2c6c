"""Tidied text: small letters, whole words, usual spellings; each tidied word remembers where it stood."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

from vtclinic.features.crisis.language.lexicon import Lexicon

_WORD = re.compile(r"[a-zà-ÿ0-9']+|[.!?;:,\n\"“”()]")
_LONG = re.compile(r"(.)\1{2,}")
_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'"})
SHORTEST_NEAR = 5


@dataclass(frozen=True)
class Tidied:
    """The text and, for each of its words, where it begins here and where the original word begins and ends."""

    text: str
    begins: tuple[int, ...]
    origins: tuple[tuple[int, int], ...]

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Return where a stretch of tidied text stands in the original."""
        first, last = bisect_right(self.begins, start) - 1, bisect_right(self.begins, max(start, end - 1)) - 1
        return self.origins[first][0], self.origins[last][1]


def tidy(text: str, words: Lexicon) -> Tidied:
    """Return a text as the patterns read it."""
    parts: list[str] = []
    begins: list[int] = []
    origins: list[tuple[int, int]] = []
    length = 0
    for found in _WORD.finditer(text.translate(_APOSTROPHES).lower()):
        for word in _spelt(found[0], words).split(" "):
            begins.append(length)
            origins.append(found.span())
            parts.append(word)
            length += len(word) + 1
    return Tidied(" ".join(parts), tuple(begins), tuple(origins))


def _spelt(word: str, words: Lexicon) -> str:
    """Return the usual spelling: by the list, with fewer repeated letters, or of the one near word."""
    if word in words.spellings:
        return words.spellings[word]
    shorter = _LONG.sub(r"\1", word)
    if shorter != word:
        return words.spellings.get(shorter, shorter)
    if len(word) < SHORTEST_NEAR or word in words.known:
        return word
    return next((near for near in words.near if _is_near(word, near)), word)


def _is_near(one: str, other: str) -> bool:
    """Tell whether one letter was added, left out, changed, or two neighbours swapped."""
    if one == other or abs(len(one) - len(other)) > 1 or one[0] != other[0]:
        return False
    if len(one) == len(other):
        wrong = [place for place, pair in enumerate(zip(one, other, strict=True)) if pair[0] != pair[1]]
        if len(wrong) == 1:
            return True
        return len(wrong) == 2 and wrong[1] == wrong[0] + 1 and one[wrong[0]] == other[wrong[1]] and one[wrong[1]] == other[wrong[0]]
    longer, shorter = (one, other) if len(one) > len(other) else (other, one)
    return any(longer[:place] + longer[place + 1 :] == shorter for place in range(1, len(longer)))
