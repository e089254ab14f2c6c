"""Rules of every page that can be read off its template."""

import re
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader, nodes

from tests.interface.pages import PACKAGE, TEMPLATES, bare, name

CSS = PACKAGE / "static" / "app.css"
SHELL = PACKAGE / "templates"
HELP_NOW = "tenants/helpnow/templates/help-now.html"
ONE_FILE = {"cli/templates/theme-preview.html", HELP_NOW, "tenants/helpnow/templates/plain.html"}
MAIL = "templates/mail/"

INLINE = re.compile(r"<style\b|<script(?![^>]*\bsrc=)|\sstyle\s*=|\son[a-z]+\s*=|javascript:", re.IGNORECASE)
COLOUR = re.compile(r"(?<![\w&\"/])#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})\b|\b(?:rgb|hsl|oklch|lab)a?\((?!from)", re.IGNORECASE)
PHYSICAL = re.compile(r"(?<![\w-])(?:left|right)\s*:|(?:margin|padding|border|inset|scroll-\w+)-(?:left|right)|text-align:\s*(?:left|right)|float:\s*(?:left|right)")
# Utilities of Bootstrap that bring its own colours, or name a side.
FOREIGN = re.compile(r"(?<![\w-])(?:text-(?:primary|secondary|success|danger|warning|info|light|dark|muted|white|black)|bg-[a-z]+|alert-[a-z]+|btn-(?:secondary|success|danger|warning|info|light|dark)|link-[a-z]+)(?![\w-])")
# Names, and parts of an address that stand between two expressions.
NOT_WORDS = {"vtclinic", "findahelpline", "com", "sms", "tel", "body", "FHIR"}


def sprite():
    return set(re.findall(r'id="i-([a-z0-9-]+)"', (PACKAGE / "static" / "icons.svg").read_text()))


def environment():
    made = Environment(extensions=["jinja2.ext.i18n"], loader=FileSystemLoader(SHELL), autoescape=True)
    made.install_null_translations()
    return made


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_no_style_and_no_script_stands_in_a_page(path):
    if name(path) in ONE_FILE or MAIL in name(path):
        return
    assert INLINE.findall(bare(path.read_text())) == []


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_colours_come_from_the_theme_alone(path):
    if MAIL in name(path):
        return
    source = re.sub(r'(?:href|for|id|data-[a-z-]+|aria-[a-z]+)="[^"]*"', "", bare(path.read_text()))
    assert COLOUR.findall(source) == []
    assert FOREIGN.findall(source) == []


def test_the_stylesheet_has_no_colour_of_its_own():
    assert COLOUR.findall(CSS.read_text()) == []


def test_the_stylesheet_knows_no_left_and_no_right():
    assert PHYSICAL.findall(CSS.read_text()) == []


def test_every_token_of_the_stylesheet_is_set_by_the_theme_or_by_itself():
    from vtclinic.tenants import themes

    css = CSS.read_text()
    theme = themes.theme_css(themes.load_theme(PACKAGE.parent / "themes" / "calm"))
    used = set(re.findall(r"var\((--vt-[a-z0-9-]+)", css))
    given = set(re.findall(r"(--vt-[a-z0-9-]+):", css + theme))
    assert used - given == set()


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_every_word_is_marked_for_translation(path):
    source = bare(re.sub(r"<style.*?</style>", "", path.read_text(), flags=re.DOTALL))
    spoken = [text for attribute in ("aria-label", "placeholder", "title", "alt") for text in re.findall(rf'\s{attribute}="([^"]*)"', source)]
    spoken.append(re.sub(r"<[^>]*>", " ", source))
    words = {word for text in spoken for word in re.findall(r"[A-Za-z]{2,}", re.sub(r"&\w+;", " ", text))}
    assert words - NOT_WORDS == set()


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_every_icon_is_in_the_sprite(path):
    source = path.read_text()
    asked = re.findall(r'\bicon\(\s*"([a-z0-9-]+)"\s*[,)]', source) + re.findall(r'icon_name\s*=\s*"([a-z0-9-]+)"', source)
    assert set(asked) - sprite() == set()


def test_every_icon_of_the_navigation_is_in_the_sprite():
    asked = set()
    for path in PACKAGE.rglob("*.py"):
        asked |= set(re.findall(r'NavItem\(\s*[^,]+,\s*[^,]+,\s*_?\(?"[^"]*"\)?,\s*"([a-z-]+)"', path.read_text()))
    assert asked - sprite() == set()


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_a_percent_sign_in_a_message_is_written_twice(path):
    tree = environment().parse(path.read_text())
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name in ("_", "gettext", "ngettext"):
            for argument in call.args:
                if isinstance(argument, nodes.Const) and isinstance(argument.value, str):
                    assert not re.search(r"%(?![(%])", argument.value.replace("%%", "")), argument.value


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_a_whole_page_stands_in_the_shell(path):
    if name(path) in ONE_FILE or MAIL in name(path) or path == SHELL / "base.html":
        return
    source = path.read_text()
    assert "<html" not in source
    assert "<body" not in source


def test_help_and_the_way_out_are_in_the_shell_once():
    base = (SHELL / "base.html").read_text()
    assert base.count('{% include "parts/safety.html" %}') == 1
    assert "data-leave" in (SHELL / "parts" / "safety.html").read_text()
    for path in TEMPLATES:
        if path != SHELL / "base.html":
            assert "{% block help_now %}" not in path.read_text(), name(path)


def test_forms_that_post_carry_the_token():
    for path in TEMPLATES:
        for form in re.findall(r'<form[^>]*method="post".*?</form>', path.read_text(), re.DOTALL | re.IGNORECASE):
            assert re.search(r"csrf|hidden_tag", form), f"{name(path)}: {form[:120]}"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 410, 413, 422, 429, 500, 503])
def test_every_status_has_a_page(status):
    assert (SHELL / "errors" / f"{status}.html").is_file()


def test_the_modules_are_small_and_have_no_globals():
    for path in (PACKAGE / "static" / "js").glob("*.js"):
        source = path.read_text()
        assert len(source.splitlines()) < 120, path.name
        assert not re.search(r"\b(window|globalThis)\.[a-zA-Z]+\s*=", source), path.name
        assert not re.search(r"innerHTML|eval\(|document\.write|sessionStorage", source), path.name


def test_templates_parse():
    made = environment()
    for path in TEMPLATES:
        made.parse(path.read_text(), filename=str(Path(path)))
