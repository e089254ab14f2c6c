"""One HTML file that shows a theme in light and dark, fonts and icons inside."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import jinja2
from markupsafe import Markup

from vtclinic.core.i18n import gettext
from vtclinic.tenants.themes import Theme, theme_css

PACKAGE = Path(__file__).resolve().parents[1]
STATIC = PACKAGE / "static"
TEMPLATE = "theme-preview.html"
_FONT = re.compile(r'url\("(FONTS/[^"]+)"\)')


def write_preview(theme: Theme, file: Path) -> None:
    """Write the preview of a theme."""
    loader = jinja2.FileSystemLoader(Path(__file__).with_name("templates"))
    page = jinja2.Environment(loader=loader, autoescape=True, undefined=jinja2.StrictUndefined).get_template(TEMPLATE)
    modes = [("light", gettext("Light")), ("dark", gettext("Dark"))]
    file.write_text(page.render(theme=theme, styles=_styles(theme), sprite=_sprite(), modes=modes, _=gettext), encoding="utf-8")


def _styles(theme: Theme) -> Markup:
    sheets = [(STATIC / name).read_text(encoding="utf-8") for name in ("vendor/bootstrap.min.css", "app.css")]
    tokens = theme_css(theme, static_url="FONTS"), theme_css(theme, static_url="FONTS", preview=True)
    css = "\n".join([sheets[0], *tokens, sheets[1]])
    return Markup("<style>{}</style>").format(Markup(_FONT.sub(_inside, css).replace("</", "<\\/")))  # noqa: S704 - our own files


def _inside(found: re.Match[str]) -> str:
    path = STATIC / found[1].removeprefix("FONTS/")
    return f'url("data:font/woff2;base64,{base64.b64encode(path.read_bytes()).decode()}")'


def _sprite() -> Markup:
    text = (STATIC / "icons.svg").read_text(encoding="utf-8")
    return Markup(text.replace("<svg", '<svg hidden=""', 1))  # noqa: S704 - our own file
