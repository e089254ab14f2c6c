"""The contrast gate: every pair of colours a page puts together can be read."""

from __future__ import annotations

import colorsys
import math
from collections.abc import Mapping
from dataclasses import dataclass

from vtclinic.core.i18n import gettext
from vtclinic.tenants.themes.model import Theme
from vtclinic.tenants.themes.tokens import FIXED, LABELS, MODE_LABELS, MODES, PAIRS, TOKENS, Pair


@dataclass(frozen=True)
class ContrastFailure:
    """One pair below its least contrast, and the nearest colour for `token` that passes everywhere, if there is one."""

    mode: str
    pair: Pair
    ratio: float
    token: str
    suggestion: str | None

    def sentence(self) -> str:
        """Return what is wrong and what would be right, for a person."""
        said = gettext(
            "%(front)s on %(back)s, %(mode)s: %(ratio)s to 1. It needs %(least)s to 1.",
            front=LABELS[self.pair.front][0],
            back=LABELS[self.pair.back][0],
            mode=MODE_LABELS[self.mode],
            ratio=rounded(self.ratio),
            least=self.pair.least,
        )
        if self.suggestion is None:
            return said + " " + gettext("Change both colours: no shade of one alone passes.")
        return said + " " + gettext(
            "The closest %(token)s that passes everywhere is %(colour)s.", token=LABELS[self.token][0], colour=self.suggestion
        )


def luminance(colour: str) -> float:
    """Return the relative luminance of `#rrggbb` (WCAG 2.2)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast_ratio(one: str, other: str) -> float:
    """Return the contrast of two colours, from 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def rounded(ratio: float) -> float:
    """Round down to one digit: a pair at 4.49 is not shown as 4.5."""
    return math.floor(ratio * 10) / 10


def check_theme(theme: Theme) -> list[ContrastFailure]:
    """Return every pair that cannot be read well enough, light then dark; an empty list passes the gate."""
    return [failure for mode in MODES for failure in _check_mode({token: theme.colour(mode, token) for token in TOKENS}, mode)]


def lowest_ratio(theme: Theme, token: str) -> tuple[float, Pair] | None:
    """Return the worst contrast a colour takes part in, over both modes; None for decoration."""
    measured = [
        (contrast_ratio(theme.colour(mode, pair.front), theme.colour(mode, pair.back)), pair)
        for mode in MODES
        for pair in PAIRS
        if token in (pair.front, pair.back)
    ]
    return min(measured, key=lambda row: row[0] / row[1].least) if measured else None


def _check_mode(colours: Mapping[str, str], mode: str) -> list[ContrastFailure]:
    failures = []
    for pair in PAIRS:
        ratio = contrast_ratio(colours[pair.front], colours[pair.back])
        if ratio < pair.least:
            token, suggestion = _suggest(colours, pair)
            failures.append(ContrastFailure(mode, pair, ratio, token, suggestion))
    return failures


def _suggest(colours: Mapping[str, str], pair: Pair) -> tuple[str, str | None]:
    candidates = [token for token in (pair.front, pair.back) if token not in FIXED]
    for token in candidates:
        found = nearest_passing(colours, token)
        if found is not None:
            return token, found
    return candidates[0], None


def nearest_passing(colours: Mapping[str, str], token: str) -> str | None:
    """Return the colour of the same hue, nearest in lightness, with which every pair of `token` passes."""
    pairs = [pair for pair in PAIRS if token in (pair.front, pair.back)]
    for colour in _by_distance(colours[token]):
        tried = {**colours, token: colour}
        if all(contrast_ratio(tried[pair.front], tried[pair.back]) >= pair.least for pair in pairs):
            return colour
    return None


def _by_distance(colour: str) -> list[str]:
    """List the shades of a colour, the nearest first."""
    hue, light, saturation = colorsys.rgb_to_hls(*(int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)))
    steps = sorted(range(256), key=lambda step: abs(step / 255 - light))
    shades = (colorsys.hls_to_rgb(hue, step / 255, saturation) for step in steps)
    return ["#" + "".join(f"{round(part * 255):02x}" for part in shade) for shade in shades]
