"""Looking at one text: which rules fire where, after idioms and context were taken into account."""

from __future__ import annotations

import re
from dataclasses import dataclass

from vtclinic.features.crisis.language.lexicon import Lexicon, Rule, lexicon
from vtclinic.features.crisis.language.tidy import Tidied, tidy

LONGEST = 20_000
_CLAUSE = re.compile(r"[.!?;:,\n]| but | and (?=i |my )")
_SENTENCE = re.compile(r"[.!?\n]")
_QUOTES = re.compile(r"[\"“]([^\"“”]*)[\"”]")
_GAP = "□"


@dataclass(frozen=True)
class Hit:
    """One rule that fired, and the stretch of the original text it fired on."""

    rule: str
    group: str
    level: str
    start: int
    end: int


@dataclass(frozen=True)
class Scan:
    """What was found with which lexicon; `spared` names rules that context silenced, so that nobody has to guess."""

    language: str
    version: str
    hits: tuple[Hit, ...]
    spared: tuple[tuple[str, str], ...]

    @property
    def urgent(self) -> bool:
        """Tell whether something explicit was found."""
        return any(hit.level == "now" for hit in self.hits)


def scan(text: str, language: str = "en") -> Scan:
    """Look at a text. Nothing found means nothing: it is no sign of safety."""
    words = lexicon(language)
    tidied = tidy(text[:LONGEST], words)
    read = _without_idioms(tidied.text, words)
    hits, spared = [], []
    for rule in words.rules:
        for found in rule.pattern.finditer(read):
            silenced = _silenced(rule, read, found, words)
            if silenced:
                spared.append((rule.id, silenced))
            else:
                hits.append(_hit(rule, tidied, found))
                break
    return Scan(words.language, words.version, tuple(hits), tuple(dict.fromkeys(spared)))


def _hit(rule: Rule, tidied: Tidied, found: re.Match[str]) -> Hit:
    start, end = tidied.original(*found.span())
    return Hit(rule.id, rule.group, rule.level, start, end)


def _without_idioms(text: str, words: Lexicon) -> str:
    for pattern in words.idioms:
        text = pattern.sub(lambda found: _GAP * len(found[0]), text)
    return text


def _silenced(rule: Rule, text: str, found: re.Match[str], words: Lexicon) -> str:
    """Return the context that silences a rule here, if any."""
    start = max((each.end() for each in _CLAUSE.finditer(text, 0, found.start())), default=0)
    end = next((each.start() for each in _CLAUSE.finditer(text, found.end())), len(text))
    before, clause = text[start : found.start()], text[start:end]
    sentence_start = max((each.end() for each in _SENTENCE.finditer(text, 0, found.start())), default=0)
    looks = {
        "quoted": lambda: _is_quoted(text, found, words),
        "denied": lambda: words.contexts["denied"].search(before.rstrip() + " ¶") is not None,
        "past": lambda: words.contexts["past"].search(text[sentence_start:end]) is not None and words.contexts["present"].search(clause) is None,
        "others": lambda: _about_others(before, text[sentence_start : found.start()], words),
    }
    return next((name for name, look in looks.items() if name in rule.spares and look()), "")


def _is_quoted(text: str, found: re.Match[str], words: Lexicon) -> bool:
    for quote in _QUOTES.finditer(text):
        if quote.start() <= found.start() < quote.end():
            return words.contexts["said"].search(text[max(0, quote.start() - 80) : quote.start()]) is not None
    return False


def _about_others(clause: str, sentence: str, words: Lexicon) -> bool:
    """Tell whether the last person named before is somebody else and the writer is not named after them."""
    for stretch in (clause, sentence):
        people = list(words.contexts["person"].finditer(stretch))
        if people:
            return words.contexts["writer"].fullmatch(people[-1][0].strip()) is None
    return False
