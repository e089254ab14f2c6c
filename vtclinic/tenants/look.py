"""How one clinic looks: its theme, its own changes to it, its logo, as the pages need them."""

from __future__ import annotations

import sys
import threading
from dataclasses import dataclass
from pathlib import Path

from vtclinic.core.settings import Settings
from vtclinic.tenants.themes import load_theme, theme_css, theme_hash

_CHECKOUT = Path(__file__).resolve().parents[2] / "themes"
# An installed wheel brings them as data files (setup.cfg).
SHIPPED = _CHECKOUT if (_CHECKOUT / "calm").is_dir() else Path(sys.prefix) / "share" / "vtclinic" / "themes"
OWN_THEME = "theme.toml"
LOGO = "logo.png"
_css: dict[str, str] = {}
_lock = threading.Lock()


@dataclass(frozen=True)
class Look:
    """A clinic's stylesheet by hash, its words, and whether it has a logo of its own."""

    css_hash: str
    words: dict[str, str]
    has_logo: bool


def theme_folders(settings: Settings) -> list[Path]:
    """List the folders that hold themes; the installation's own first."""
    own = [Path(settings.extra_themes).expanduser()] if settings.extra_themes else []
    return [*own, settings.home / "themes", SHIPPED]


def theme_path(settings: Settings, files: Path, name: str) -> Path:
    """Return the theme file a clinic uses: its own edited one, else the named theme."""
    own = files / OWN_THEME
    if own.exists():
        return own
    for folder in theme_folders(settings):
        if (folder / name / "theme.toml").exists():
            return folder / name / "theme.toml"
    return SHIPPED / "calm" / "theme.toml"


def clinic_look(settings: Settings, files: Path, name: str) -> Look:
    """Load a clinic's theme and keep its stylesheet ready under its hash."""
    theme = load_theme(theme_path(settings, files, name))
    css = theme_css(theme)
    digest = theme_hash(css)
    with _lock:
        _css[digest] = css
    return Look(digest, dict(theme.words), (files / "public" / LOGO).exists())


def stylesheet(digest: str) -> str | None:
    """Return a stylesheet by its hash, if this process has made it."""
    return _css.get(digest)
