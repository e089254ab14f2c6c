"""Write a theme as the one stylesheet that sets every token."""

from __future__ import annotations

import hashlib

from vtclinic.tenants.themes.model import Theme
from vtclinic.tenants.themes.tokens import MODES, TOKENS

LATIN = "U+0000-024F, U+02C6, U+02DA, U+02DC, U+2000-206F, U+20AC, U+2122, U+2191, U+2193, U+2212"
ARABIC = "U+0600-06FF, U+0750-077F, U+FB50-FDFF, U+FE70-FEFF"

# Family in CSS, file, weights, characters.
FACES = {
    "figtree": ("Figtree", "figtree", "300 900", LATIN),
    "literata": ("Literata", "literata", "200 900", LATIN),
    "hyperlegible": ("Hyperlegible", "atkinson-hyperlegible-next", "200 800", LATIN),
    "vazirmatn": ("Vazirmatn", "vazirmatn", "100 900", ARABIC),
}
SANS = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif'
SERIF = 'Georgia, "Noto Serif", serif'
FAMILIES = {
    "figtree": f'"Figtree", "Vazirmatn", {SANS}',
    "literata": f'"Literata", "Vazirmatn", {SERIF}',
    "hyperlegible": f'"Hyperlegible", "Vazirmatn", {SANS}',
    "system": f'"Vazirmatn", {SANS}',
}
# Control, card, bubble.
RADII = {
    "round": ("0.625rem", "1.125rem", "1.75rem"),
    "soft": ("0.5rem", "0.875rem", "1.375rem"),
    "square": ("0.25rem", "0.375rem", "0.5rem"),
}
HEADINGS = {"literata": ("560", "-0.015em"), "hyperlegible": ("650", "0")}
SHADOW = "0 1px 2px color-mix(in srgb, var(--vt-ink) 5%, transparent), 0 6px 20px color-mix(in srgb, var(--vt-ink) 6%, transparent)"
SHADOW_UP = "0 -1px 0 var(--vt-line), 0 -8px 24px color-mix(in srgb, var(--vt-ink) 7%, transparent)"

PAPER = {"--vt-ink": "#000000", "--vt-ink-2": "#262626", "--vt-bg": "#ffffff", "--vt-surface": "#ffffff", "--vt-shadow": "none"}

# Bootstrap takes its colours from the tokens; nothing of its own palette reaches a page.
BOOTSTRAP = {
    "body-font-family": "var(--vt-font)",
    "body-font-size": "var(--vt-text)",
    "body-line-height": "var(--vt-lead)",
    "body-bg": "var(--vt-bg)",
    "body-color": "var(--vt-ink)",
    "emphasis-color": "var(--vt-ink)",
    "heading-color": "var(--vt-ink)",
    "secondary-color": "var(--vt-ink-2)",
    "tertiary-color": "var(--vt-ink-2)",
    "secondary-bg": "var(--vt-sunken)",
    "tertiary-bg": "var(--vt-sunken)",
    "primary": "var(--vt-primary)",
    "link-color": "var(--vt-primary)",
    "link-hover-color": "var(--vt-primary-strong)",
    "border-color": "var(--vt-line)",
    "border-color-translucent": "var(--vt-line)",
    "border-radius": "var(--vt-radius-s)",
    "border-radius-lg": "var(--vt-radius)",
    "border-radius-sm": "var(--vt-radius-s)",
    "focus-ring-color": "var(--vt-focus)",
    "form-invalid-color": "var(--vt-fix)",
    "form-invalid-border-color": "var(--vt-fix)",
    "form-valid-color": "var(--vt-ok)",
    "form-valid-border-color": "var(--vt-ok)",
}


def theme_css(theme: Theme, *, static_url: str = "/static", preview: bool = False) -> str:
    """Return the stylesheet of a theme; with `preview` it reaches only the element marked `data-vt-preview`."""
    light, dark = ({f"--vt-{token}": theme.colour(mode, token) for token in TOKENS} for mode in MODES)
    flat = theme.base == "contrast"
    if flat:
        light["--vt-line"] = dark["--vt-line"] = "var(--vt-edge)"
    light |= {"--vt-shadow": "none" if flat else SHADOW, "color-scheme": "light"}
    dark |= {"--vt-shadow": "none", "--vt-lift-line": "var(--vt-line)", "color-scheme": "dark"}
    shape = _shape(theme, flat=flat) | {f"--bs-{name}": value for name, value in BOOTSTRAP.items()}
    scope = "[data-vt-preview]" if preview else ""
    rules = [_face(name, static_url) for name in _faces(theme)]
    rules.append(_rule(scope or ":root", light | shape))
    rules.append(_rule(f'{scope}[data-bs-theme="dark"]', dark))
    if not preview:
        rules.append("@media (prefers-color-scheme: dark) {\n" + _rule('[data-bs-theme="auto"]', dark) + "}\n")
        rules.append("@media print {\n" + _rule(":root[data-bs-theme]", light | PAPER) + "}\n")
        rules.append(_rule('[data-vt-letters="easier"]', _fonts("hyperlegible", "hyperlegible")))
    return "".join(rules)


def theme_hash(css: str) -> str:
    """Return the name under which a stylesheet can be kept for ever."""
    return hashlib.sha256(css.encode()).hexdigest()[:16]


def _faces(theme: Theme) -> list[str]:
    # Every theme carries the easier letters, since a reader may choose them; a browser fetches a font only when it is used.
    wanted = {theme.text_font, theme.heading_font, "hyperlegible", "vazirmatn"}
    return [name for name in FACES if name in wanted]


def _face(name: str, static_url: str) -> str:
    family, file, weights, characters = FACES[name]
    return (
        f'@font-face {{ font-family: "{family}"; src: url("{static_url}/vendor/{file}.woff2") format("woff2"); '
        f"font-weight: {weights}; font-display: swap; unicode-range: {characters}; }}\n"
    )


def _fonts(text: str, headings: str) -> dict[str, str]:
    weight, track = HEADINGS.get(headings, ("650", "-0.015em"))
    return {
        "--vt-font": FAMILIES[text],
        "--vt-font-head": FAMILIES[headings],
        "--vt-head-weight": weight,
        "--vt-head-track": track,
    }


def _shape(theme: Theme, *, flat: bool) -> dict[str, str]:
    small, card, large = RADII[theme.corners]
    return _fonts(theme.text_font, theme.heading_font) | {
        "--vt-radius-s": small,
        "--vt-radius": card,
        "--vt-radius-l": large,
        "--vt-border": "2px" if flat else "1px",
        "--vt-lift-line": "var(--vt-line)" if flat else "transparent",
        "--vt-shadow-up": "0 -2px 0 var(--vt-edge)" if flat else SHADOW_UP,
    }


def _rule(selector: str, values: dict[str, str]) -> str:
    return selector + " {\n" + "".join(f"  {name}: {value};\n" for name, value in values.items()) + "}\n"
