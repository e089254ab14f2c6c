"""A theme as it is read from `theme.toml`, complete or refused."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vtclinic.core.errors import ClinicError
from vtclinic.tenants.themes.tokens import BASES, EDITABLE, FIXED, FIXED_VALUES, MODES

FILE = "theme.toml"
CORNERS = ("round", "soft", "square")
FONTS = ("figtree", "literata", "hyperlegible", "system")
WORDS = {"patient": "patient", "patients": "patients", "therapist": "therapist", "therapists": "therapists"}

_COLOUR = re.compile(r"#[0-9a-f]{6}")
_NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")
_KEYS = frozenset({"name", "description", "base", "corners", "fonts", "logo", "words", *MODES})
_LONGEST_WORD = 24


class ThemeRefused(ClinicError):
    """A theme cannot be used; `problems` holds one sentence for each reason."""

    def __init__(self, slug: str, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__(f"The theme “{slug}” cannot be used: " + " ".join(self.problems), hint="Correct theme.toml and check it again.")


@dataclass(frozen=True)
class Theme:
    """Colours, shape, fonts and words of one clinic's pages."""

    slug: str
    name: str
    description: str
    base: str
    corners: str
    text_font: str
    heading_font: str
    logo: str
    words: Mapping[str, str]
    colours: Mapping[str, Mapping[str, str]]
    folder: Path | None = None

    def colour(self, mode: str, token: str) -> str:
        """Return a colour as `#rrggbb`; help and focus come from the base."""
        return FIXED_VALUES[self.base][mode][token] if token in FIXED else self.colours[mode][token]


def load_theme(path: Path) -> Theme:
    """Read a theme from its folder or its `theme.toml`; raise ThemeRefused with every reason at once."""
    file = path if path.name == FILE else path / FILE
    slug = file.parent.name
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ThemeRefused(slug, [f"There is no {FILE} in {file.parent}."]) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ThemeRefused(slug, [f"{FILE} cannot be read: {error}."]) from error
    return parse_theme(slug, data, folder=file.parent)


def parse_theme(slug: str, data: Mapping[str, Any], *, folder: Path | None = None) -> Theme:
    """Make a theme from what `theme.toml` or the editor says; raise ThemeRefused with every reason at once."""
    problems = list(_problems(slug, data, folder))
    if problems:
        raise ThemeRefused(slug, problems)
    fonts = data.get("fonts", {})
    text = fonts.get("text", "figtree")
    return Theme(
        slug=slug,
        name=data["name"],
        description=data.get("description", ""),
        base=data["base"],
        corners=data.get("corners", "soft"),
        text_font=text,
        heading_font=fonts.get("headings", text),
        logo=data.get("logo", ""),
        words=complete_words(data.get("words", {})),
        colours={mode: {token: data[mode][token] for token in EDITABLE} for mode in MODES},
        folder=folder,
    )


def available_themes(dirs: Iterable[Path]) -> dict[str, Path]:
    """Return the theme folders by name; a later directory wins over an earlier one."""
    found = {}
    for directory in dirs:
        for file in sorted(directory.glob(f"*/{FILE}")):
            found[file.parent.name] = file.parent
    return found


def complete_words(words: Mapping[str, str]) -> dict[str, str]:
    """Fill in the words a theme leaves out; a plural that is not given takes an s."""
    complete = dict(WORDS)
    for single in ("patient", "therapist"):
        if single in words:
            complete[single] = words[single]
            complete[f"{single}s"] = f"{words[single]}s"
    return {**complete, **words}


def _problems(slug: str, data: Mapping[str, Any], folder: Path | None) -> Iterable[str]:
    if not _NAME.fullmatch(slug):
        yield "The folder's name may hold small letters, digits and hyphens."
    yield from (f"“{key}” is not a setting of a theme." for key in sorted(data.keys() - _KEYS))
    if not isinstance(data.get("name"), str) or not data["name"].strip():
        yield "A name is missing."
    yield from _choice("base", data.get("base"), BASES)
    yield from _choice("corners", data.get("corners", "soft"), CORNERS)
    yield from _font_problems(data.get("fonts", {}))
    yield from _word_problems(data.get("words", {}))
    yield from _logo_problems(data.get("logo", ""), folder)
    for mode in MODES:
        yield from _colour_problems(mode, data.get(mode, {}))


def _choice(key: str, value: object, allowed: tuple[str, ...]) -> Iterable[str]:
    if value not in allowed:
        yield f"“{key}” is one of: {', '.join(allowed)}."


def _font_problems(fonts: Any) -> Iterable[str]:
    if not isinstance(fonts, Mapping):
        yield "[fonts] is a table with text and headings."
        return
    yield from (f"[fonts] has no “{key}”." for key in sorted(fonts.keys() - {"text", "headings"}))
    for key in sorted(fonts.keys() & {"text", "headings"}):
        yield from _choice(f"fonts.{key}", fonts[key], FONTS)


def _word_problems(words: Any) -> Iterable[str]:
    if not isinstance(words, Mapping):
        yield "[words] is a table."
        return
    yield from (f"[words] has no “{key}”." for key in sorted(words.keys() - WORDS.keys()))
    for key, word in words.items():
        if not isinstance(word, str) or not 0 < len(word.strip()) <= _LONGEST_WORD or set(word) & set("<>&%{}"):
            yield f"The word for “{key}” needs 1 to {_LONGEST_WORD} plain letters."


def _logo_problems(logo: Any, folder: Path | None) -> Iterable[str]:
    if not logo:
        return
    if not isinstance(logo, str) or not re.fullmatch(r"[a-z0-9-]+\.(svg|png|webp)", logo):
        yield "The logo is a file name such as logo.svg, logo.png or logo.webp."
    elif folder is not None and not (folder / "static" / logo).is_file():
        yield f"The logo static/{logo} is not there."


def _colour_problems(mode: str, colours: Any) -> Iterable[str]:
    if not isinstance(colours, Mapping):
        yield f"[{mode}] is a table of colours."
        return
    for token in sorted(colours.keys() - set(EDITABLE)):
        if token in FIXED:
            yield f"“{token}” in [{mode}] is fixed, so that people always find help. Take the line out."
        else:
            yield f"“{token}” in [{mode}] is not a colour of a theme."
    missing = [token for token in EDITABLE if token not in colours]
    if missing:
        yield f"[{mode}] lacks: {', '.join(missing)}."
    for token in sorted(colours.keys() & set(EDITABLE)):
        if not isinstance(colours[token], str) or not _COLOUR.fullmatch(colours[token]):
            yield f"“{token}” in [{mode}] is written like #155e5b."
