"""Themes: colours, shape, fonts and words of a clinic, with a gate for contrast."""

from vtclinic.tenants.themes.contrast import ContrastFailure, check_theme, contrast_ratio, lowest_ratio, nearest_passing, rounded
from vtclinic.tenants.themes.css import theme_css, theme_hash
from vtclinic.tenants.themes.model import (
    CORNERS,
    FONTS,
    Theme,
    ThemeRefused,
    available_themes,
    complete_words,
    load_theme,
    parse_theme,
)
from vtclinic.tenants.themes.overrides import check_overrides
from vtclinic.tenants.themes.tokens import BASES, EDITABLE, FIXED, LABELS, MODE_LABELS, MODES, PAIRS, TOKENS
from vtclinic.tenants.themes.toml import theme_toml

__all__ = [
    "BASES",
    "CORNERS",
    "EDITABLE",
    "FIXED",
    "FONTS",
    "LABELS",
    "MODES",
    "MODE_LABELS",
    "PAIRS",
    "TOKENS",
    "ContrastFailure",
    "Theme",
    "ThemeRefused",
    "available_themes",
    "check_overrides",
    "check_theme",
    "complete_words",
    "contrast_ratio",
    "load_theme",
    "lowest_ratio",
    "nearest_passing",
    "parse_theme",
    "rounded",
    "theme_css",
    "theme_hash",
    "theme_toml",
]
