"""A theme is complete or refused, and every pair of its colours can be read."""

import re
import tomllib
from pathlib import Path

import pytest

from vtclinic.core.i18n import locale_scope
from vtclinic.tenants import themes

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ("calm", "contrast", "warm")


def raw(name="calm"):
    return tomllib.loads((ROOT / "themes" / name / "theme.toml").read_text())


def changed(mode="light", name="calm", **colours):
    data = raw(name)
    data[mode] |= {token.replace("_", "-"): colour for token, colour in colours.items()}
    return themes.parse_theme(name, data)


def refused(data, slug="mine"):
    with pytest.raises(themes.ThemeRefused) as refusal:
        themes.parse_theme(slug, data)
    return " ".join(refusal.value.problems)


def test_three_themes_are_shipped():
    assert tuple(themes.available_themes([ROOT / "themes"])) == SHIPPED


def test_the_gate_measures_fifty_three_pairs_and_every_colour_but_the_hairline():
    assert len(themes.PAIRS) == 53
    assert {token for pair in themes.PAIRS for token in (pair.front, pair.back)} == set(themes.TOKENS) - {"line"}


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_themes_pass_the_contrast_gate(name):
    assert themes.check_theme(themes.load_theme(ROOT / "themes" / name)) == []


def test_every_text_of_the_high_contrast_theme_is_at_least_seven_to_one():
    theme = themes.load_theme(ROOT / "themes" / "contrast")
    text = [pair for pair in themes.PAIRS if pair.least == 4.5]
    for mode in themes.MODES:
        assert min(themes.contrast_ratio(theme.colour(mode, pair.front), theme.colour(mode, pair.back)) for pair in text) >= 7


@pytest.mark.parametrize(
    ("name", "mode", "front", "back", "ratio"),
    [("calm", "light", "ink", "bg", 13.6), ("warm", "dark", "edge", "tint", 3.7), ("contrast", "light", "focus", "tint", 5.7)],
)
def test_contrast_is_computed_as_the_design_states_it(name, mode, front, back, ratio):
    theme = themes.load_theme(ROOT / "themes" / name)
    assert themes.rounded(themes.contrast_ratio(theme.colour(mode, front), theme.colour(mode, back))) == ratio


def test_a_pale_text_is_found_and_the_nearest_passing_shade_is_named():
    theme = changed(name="warm", ink_2="#8b7566")
    failures = themes.check_theme(theme)
    assert {failure.pair.back for failure in failures} >= {"bg", "surface", "tint"}
    assert {failure.token for failure in failures} == {"ink-2"}
    better = failures[0].suggestion
    assert themes.check_theme(changed(name="warm", ink_2=better)) == []
    with locale_scope("en", "UTC"):
        assert failures[0].sentence() == (
            f"Quiet text on Page, light: 4.0 to 1. It needs 4.5 to 1. The closest Quiet text that passes everywhere is {better}."
        )


def test_when_help_cannot_be_read_on_a_page_the_page_has_to_change():
    failures = themes.check_theme(changed(bg="#7a5aa8"))
    assert all(failure.token != "help" for failure in failures)


@pytest.mark.parametrize("token", themes.FIXED)
def test_help_and_focus_cannot_be_set_by_a_theme(token):
    data = raw()
    data["light"][token] = "#000000"
    assert "fixed" in refused(data)


def test_a_theme_hears_every_reason_at_once():
    data = raw()
    del data["light"]["ink"], data["dark"]["edge"], data["name"]
    data |= {"corner": "round", "base": "neon", "words": {"patient": "<b>you</b>", "doctor": "x"}}
    data["light"]["primary"] = "teal"
    said = refused(data, "Bad Name")
    for piece in ("“corner”", "name is missing", "“base”", "lacks: ink", "lacks: edge", "#155e5b", "“patient”", "“doctor”", "folder's name"):
        assert piece in said


def test_a_missing_or_broken_file_is_one_clear_sentence(tmp_path):
    with pytest.raises(themes.ThemeRefused, match=r"There is no theme\.toml"):
        themes.load_theme(tmp_path)
    (tmp_path / "theme.toml").write_text("name = ")
    with pytest.raises(themes.ThemeRefused, match="cannot be read"):
        themes.load_theme(tmp_path)


def test_words_get_a_plural_when_the_theme_gives_none():
    assert themes.complete_words({"patient": "client"}) == {
        "patient": "client",
        "patients": "clients",
        "therapist": "therapist",
        "therapists": "therapists",
    }


@pytest.mark.parametrize("name", SHIPPED)
def test_a_theme_written_back_reads_the_same(name, tmp_path):
    theme = themes.load_theme(ROOT / "themes" / name)
    folder = tmp_path / name
    folder.mkdir()
    (folder / "theme.toml").write_text(themes.theme_toml(theme))
    again = themes.load_theme(folder)
    assert themes.theme_css(again) == themes.theme_css(theme)
    assert again.words == theme.words


@pytest.mark.parametrize("name", SHIPPED)
def test_the_stylesheet_sets_every_token_for_light_dark_and_the_readers_own_choice(name):
    css = themes.theme_css(themes.load_theme(ROOT / "themes" / name))
    for token in themes.TOKENS:
        assert len(re.findall(rf"--vt-{token}:", css)) >= 3, token
    assert '@media (prefers-color-scheme: dark) {\n[data-bs-theme="auto"]' in css
    assert '[data-vt-letters="easier"]' in css
    assert "http" not in css


def test_a_preview_stylesheet_reaches_only_the_preview():
    css = themes.theme_css(themes.load_theme(ROOT / "themes" / "warm"), preview=True)
    selectors = re.findall(r"^([^\s}].*) \{$", css, re.MULTILINE)
    assert selectors
    assert all(selector.startswith("[data-vt-preview]") for selector in selectors)


def test_the_hash_changes_with_the_stylesheet():
    one, other = (themes.theme_css(themes.load_theme(ROOT / "themes" / name)) for name in ("calm", "warm"))
    assert themes.theme_hash(one) == themes.theme_hash(one) != themes.theme_hash(other)


@pytest.fixture
def shipped(tmp_path):
    folder = tmp_path / "shipped"
    (folder / "parts").mkdir(parents=True)
    (folder / "base.html").write_text(
        '{% block help_now %}{% include "parts/safety.html" %}{% endblock %}{% block content %}{% endblock %}'
        '{% block legal %}{% include "parts/legal.html" %}{% endblock %}'
    )
    (folder / "page.html").write_text('{% extends "base.html" %}')
    (folder / "parts" / "safety.html").write_text("help")
    return folder


@pytest.mark.parametrize(
    ("name", "source", "problem"),
    [
        ("base.html", "<p>mine</p>", "lacks the block help_now"),
        ("base.html", "{% block help_now %}{% if x %}{% include 'parts/safety.html' %}{% endif %}{% endblock %}", "changes the block help_now"),
        ("page.html", '{% extends "base.html" %}{% block legal %}{% endblock %}', "changes the block legal"),
        ("page.html", "<p>alone</p>", "has to extend"),
        ("parts/safety.html", "nothing", "cannot be replaced"),
        ("other.html", "x", "replaces nothing"),
        ("page.html", '{% extends "base.html" %}{% block content %}<p onclick="x()">{% endblock %}', "holds a script"),
        ("page.html", "{% extends", "line 1"),
    ],
)
def test_a_theme_cannot_take_help_away(tmp_path, shipped, name, source, problem):
    file = tmp_path / "mine" / "templates" / name
    file.parent.mkdir(parents=True)
    file.write_text(source)
    assert problem in " ".join(themes.check_overrides(tmp_path / "mine", shipped))


def test_a_theme_may_change_the_content_of_a_page_and_bring_pictures(tmp_path, shipped):
    mine = tmp_path / "mine"
    (mine / "templates").mkdir(parents=True)
    (mine / "templates" / "page.html").write_text('{% extends "base.html" %}{% block content %}<p>Welcome</p>{% endblock %}')
    (mine / "static").mkdir()
    (mine / "static" / "logo.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0h1"/></svg>')
    assert themes.check_overrides(mine, shipped) == []
    (mine / "static" / "more.css").write_text(".vt-help { display: none }")
    assert "no styles" in " ".join(themes.check_overrides(mine, shipped))
