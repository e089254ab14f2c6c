"""A made-up language for testing the pages: accented, 40 % longer, right to left.

It is made from the English source at run time. Whatever stays plain on a page was never marked for translation, and whatever breaks would break in German
or Arabic.
"""

from __future__ import annotations

import re

PSEUDO_LOCALE = "ar_XB"
GROWTH = 1.4

# Letters of Latin-1 only: the fonts we ship hold no others.
_ACCENTS = str.maketrans("aceinouyACEINOUY", "åçéîñöûýÅÇÉÎÑÖÛÝ")
_VOWELS = "åéîöûýÅÉÎÖÛÝ"
# Placeholders, doubled percent signs, tags and entities are code, not words.
_KEEP = re.compile(r"(%\([a-z_A-Z0-9]+\)[a-z]|%%|<[^>]*>|&[a-zA-Z0-9#]+;)")


def pseudo(message: str) -> str:
    """Return the made-up translation of an English message; placeholders and markup stay as they are."""
    pieces = _KEEP.split(message)
    if not any(letter.isalpha() for piece in pieces[::2] for letter in piece):
        return message
    words = sum(len(piece) for piece in pieces[::2])
    spare = round(words * GROWTH) - words
    out = []
    for number, piece in enumerate(pieces):
        if number % 2:
            out.append(piece)
            continue
        longer = _lengthen(piece.translate(_ACCENTS), spare)
        spare -= len(longer) - len(piece)
        out.append(longer)
    if spare > 0:
        out.append(" " + "ñ" * max(spare - 1, 1))
    return "".join(out)


def _lengthen(text: str, spare: int) -> str:
    """Double vowels until `spare` letters are spent."""
    out = []
    for letter in text:
        out.append(letter)
        if spare > 0 and letter in _VOWELS:
            out.append(letter.lower())
            spare -= 1
    return "".join(out)
