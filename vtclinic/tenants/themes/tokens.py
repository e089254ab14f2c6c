"""The names of a theme's colours, and the pairs of them that a page puts together."""

from __future__ import annotations

from dataclasses import dataclass

from vtclinic.core.i18n import lazy as _

TEXT = 4.5
SHAPE = 3.0

EDITABLE = (
    "bg", "surface", "sunken", "tint", "sand", "ink", "ink-2", "line", "edge", "primary", "on-primary", "primary-strong",
    "fix", "fix-tint", "note", "note-tint", "ok", "ok-tint", "data-1", "data-2",
)  # fmt: skip
# People look for these when they are frightened, so they stay the same in every theme made from one base.
FIXED = ("help", "on-help", "help-tint", "help-ink", "focus")
TOKENS = EDITABLE + FIXED
MODES = ("light", "dark")

FIXED_VALUES: dict[str, dict[str, dict[str, str]]] = {
    "calm": {
        "light": {"help": "#5a3a88", "on-help": "#ffffff", "help-tint": "#eee8f8", "help-ink": "#452a70", "focus": "#1d3fbb"},
        "dark": {"help": "#cdb9f2", "on-help": "#24123f", "help-tint": "#2d2445", "help-ink": "#dccef8", "focus": "#9dc3ff"},
    },
    "warm": {
        "light": {"help": "#33508a", "on-help": "#ffffff", "help-tint": "#e6ecf8", "help-ink": "#24407a", "focus": "#1d3fbb"},
        "dark": {"help": "#b3c8f5", "on-help": "#0e2148", "help-tint": "#222c44", "help-ink": "#cbdaf9", "focus": "#a9c8ff"},
    },
    "contrast": {
        "light": {"help": "#5a0072", "on-help": "#ffffff", "help-tint": "#f6e4fb", "help-ink": "#480060", "focus": "#b0006a"},
        "dark": {"help": "#f0c4ff", "on-help": "#000000", "help-tint": "#37104a", "help-ink": "#f6dcff", "focus": "#6ff5ff"},
    },
}
BASES = tuple(FIXED_VALUES)


@dataclass(frozen=True)
class Pair:
    """A colour that is shown on another, and the least contrast it needs."""

    front: str
    back: str
    least: float


def _on(front: str, backs: str, least: float) -> tuple[Pair, ...]:
    return tuple(Pair(front, back, least) for back in backs.split())


PAIRS = (
    *_on("ink", "bg surface sunken tint sand help-tint fix-tint note-tint ok-tint", TEXT),
    *_on("ink-2", "bg surface sunken tint sand help-tint", TEXT),
    *_on("primary", "bg surface sunken tint sand help-tint fix-tint", TEXT),
    *_on("on-primary", "primary primary-strong", TEXT),
    *_on("on-help", "help", TEXT),
    *_on("help", "bg surface help-tint", TEXT),
    *_on("help-ink", "help-tint", TEXT),
    *_on("fix", "fix-tint surface bg", TEXT),
    *_on("note", "note-tint surface", TEXT),
    *_on("ok", "ok-tint surface", TEXT),
    *_on("edge", "bg surface sunken tint sand help-tint fix-tint", SHAPE),
    *_on("focus", "bg surface sunken tint sand help-tint fix-tint note-tint", SHAPE),
    *_on("data-1", "surface", SHAPE),
    *_on("data-2", "surface", SHAPE),
)

# What the theme editor calls each colour, and what it is used for.
LABELS = {
    "bg": (_("Page"), _("behind everything")),
    "surface": (_("Cards"), _("cards, bars, fields")),
    "sunken": (_("Inset"), _("panels inside a card")),
    "tint": (_("Soft tint"), _("chosen and top area")),
    "sand": (_("Second tint"), _("notes, calm panels")),
    "ink": (_("Text"), _("all reading text")),
    "ink-2": (_("Quiet text"), _("times, hints")),
    "line": (_("Hairline"), _("decoration only")),
    "edge": (_("Edges"), _("borders of fields and buttons")),
    "primary": (_("Main colour"), _("buttons, links, chosen")),
    "on-primary": (_("Text on the main colour"), _("words on a button")),
    "primary-strong": (_("Main colour, stronger"), _("when a pointer is over it")),
    "fix": (_("To correct"), _("words about something to correct")),
    "fix-tint": (_("To correct, panel"), _("behind those words")),
    "note": (_("Needs a look"), _("words about something to check")),
    "note-tint": (_("Needs a look, panel"), _("behind those words")),
    "ok": (_("Done"), _("words about something finished")),
    "ok-tint": (_("Done, panel"), _("behind those words")),
    "data-1": (_("Chart line"), _("scores over time")),
    "data-2": (_("Chart, second line"), _("cut-off on a chart")),
    "help": (_("Get help now"), _("fixed, so that people always find it")),
    "on-help": (_("Text on get help now"), _("fixed")),
    "help-tint": (_("Help card"), _("fixed")),
    "help-ink": (_("Heading on the help card"), _("fixed")),
    "focus": (_("Focus ring"), _("fixed")),
}
MODE_LABELS = {"light": _("light"), "dark": _("dark")}
