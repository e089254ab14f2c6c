"""What the documents say is what the program does."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import click

from tests.cli.test_root import every_verb
from vtclinic.cli.exits import MEANINGS
from vtclinic.cli.root import root
from vtclinic.core.settings import CHOICES, Settings

DOCS = Path(__file__).parents[2] / "docs"
ROW = re.compile(r"^\| `([a-z_]+)` \| `([^`]*)` \| (.+) \|$", re.MULTILINE)


def test_every_setting_is_explained_with_its_default():
    rows = {key: (default, words) for key, default, words in ROW.findall((DOCS / "settings.md").read_text())}
    settings = {field.name: field.default for field in fields(Settings) if field.name != "home"}
    assert rows.keys() == settings.keys()
    for key, default in settings.items():
        written = f'"{default}"' if isinstance(default, str) else str(default).lower()
        assert rows[key][0] == written, key
        assert len(rows[key][1]) > 10, key


def test_every_choice_of_a_setting_is_named():
    text = (DOCS / "settings.md").read_text()
    for key, choices in CHOICES.items():
        row = next(line for line in text.splitlines() if line.startswith(f"| `{key}`"))
        assert all(choice in row for choice in choices), key


def test_every_verb_and_exit_code_is_in_the_manual():
    text = (DOCS / "operating.md").read_text()
    for path, _verb in every_verb():
        assert path in text, path
    for code in MEANINGS:
        assert re.search(rf"^\| {code} \|", text, re.MULTILINE), code


def test_every_command_in_the_manual_exists():
    text = (DOCS / "operating.md").read_text()
    known = {path.removeprefix("vtclinic ") for path, _verb in every_verb()}
    groups = {name for name in root.list_commands(click.Context(root)) if isinstance(root.get_command(click.Context(root), name), click.Group)}
    for line in re.findall(r"^vtclinic (?:--home \S+ )?(.+)$", text, re.MULTILINE):
        words = line.split()
        assert (" ".join(words[:2]) if words[0] in groups else words[0]) in known, line
