"""Write a theme back as `theme.toml`, for the editor's download."""

from __future__ import annotations

import json

from vtclinic.tenants.themes.model import Theme
from vtclinic.tenants.themes.tokens import EDITABLE, MODES


def theme_toml(theme: Theme) -> str:
    """Return the text that `load_theme` reads as the same theme."""
    head = {"name": theme.name, "description": theme.description, "base": theme.base, "corners": theme.corners, "logo": theme.logo}
    lines = [_line(key, value) for key, value in head.items() if value]
    lines += ["", "[fonts]", _line("text", theme.text_font), _line("headings", theme.heading_font)]
    lines += ["", "[words]", *(_line(key, word) for key, word in theme.words.items())]
    for mode in MODES:
        lines += ["", f"[{mode}]", *(_line(token, theme.colours[mode][token]) for token in EDITABLE)]
    return "\n".join(lines) + "\n"


def _line(key: str, value: str) -> str:
    # A JSON string is a TOML basic string.
    return f"{key} = {json.dumps(value, ensure_ascii=False)}"
