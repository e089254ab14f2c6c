"""A language's lexicon as data: spellings, idioms, rules and the words of context."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "lexicons"
FALLBACK = "en"
_MACRO = re.compile(r"\{([A-Z_]+)\}")


@dataclass(frozen=True)
class Rule:
    """One pattern over tidied text. `spares` names the contexts that silence it; the first group, if any, is what is marked."""

    id: str
    group: str
    level: str
    pattern: re.Pattern[str]
    spares: frozenset[str]


@dataclass(frozen=True)
class Lexicon:
    """Everything known about one language."""

    language: str
    version: str
    spellings: dict[str, str]
    near: tuple[str, ...]
    known: frozenset[str]
    idioms: tuple[re.Pattern[str], ...]
    contexts: dict[str, re.Pattern[str]]
    rules: tuple[Rule, ...]


@cache
def lexicon(language: str) -> Lexicon:
    """Return a language's lexicon, the English one where there is none."""
    path = FOLDER / f"{language}.toml"
    if not path.exists():
        return lexicon(FALLBACK)
    return _read(tomllib.loads(path.read_text(encoding="utf-8")))


def _read(data: dict[str, Any]) -> Lexicon:
    macros: dict[str, str] = {}
    for name, text in data["macros"].items():
        macros[name] = f"(?:{_filled(text, macros)})"
    return Lexicon(
        language=data["language"],
        version=data["version"],
        spellings=data["spellings"],
        near=tuple(data["near"]["words"]),
        known=frozenset(data["near"]["leave"]),
        idioms=tuple(_compiled(text, macros) for text in data["idioms"]["patterns"]),
        contexts={name: _compiled(text, macros) for name, text in data["context"].items()},
        rules=tuple(_rule(one, macros) for one in data["rules"]),
    )


def _rule(one: dict[str, Any], macros: dict[str, str]) -> Rule:
    joined = "|".join(one["patterns"])
    return Rule(one["id"], one["group"], one["level"], _compiled(joined, macros), frozenset(one.get("spares", ("denied", "past", "others", "quoted"))))


def _compiled(text: str, macros: dict[str, str]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{_filled(text, macros)})(?!\w)")


def _filled(text: str, macros: dict[str, str]) -> str:
    return _MACRO.sub(lambda found: macros[found[1]], text)
