"""How hard a text is to read: sentence length and the Flesch-Kincaid grade.

A grade of 5 is the reading of a ten-year-old (grade + 5 years).
"""

import re

_PLACE = re.compile(r"%\((\w+)\)[sd]")
_TAG = re.compile(r"<[^>]*>")
_SENTENCE = re.compile(r"[.?:;]+(?=\s|$|[”\"])|\n")
_WORD = re.compile(r"[A-Za-z][A-Za-z’'-]*|\d[\d,.:]*")


def sentences(message: str) -> list[list[str]]:
    """Return the words of each sentence; a placeholder reads as one short word."""
    text = _TAG.sub(" ", _PLACE.sub("Sam", message)).replace("%%", "percent")
    return [words for part in _SENTENCE.split(text) if (words := _WORD.findall(part))]


def syllables(word: str) -> int:
    """Estimate the syllables of an English word."""
    plain = re.sub(r"[^a-z]", "", word.lower())
    if not plain:
        return 1
    count = len(re.findall(r"[aeiouy]+", plain))
    if plain.endswith("e") and not plain.endswith(("le", "ee")) and count > 1:
        count -= 1
    if re.search(r"[^td]ed$", plain) and count > 1:
        count -= 1
    return max(count, 1)


def grade(messages: list[str]) -> float:
    """Return the Flesch-Kincaid grade of some messages read one after another."""
    lines = [line for message in messages for line in sentences(message)]
    words = [word for line in lines for word in line]
    if not words:
        return 0.0
    return 0.39 * len(words) / len(lines) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59
