"""The shape of the command line: help everywhere, one sentence for every failure, a light start."""

from __future__ import annotations

import errno
import sqlite3
import subprocess
import sys
from collections.abc import Iterator

import click
import pytest

from vtclinic.cli.exits import MEANINGS, explain
from vtclinic.cli.lazy import LazyGroup, Verb
from vtclinic.cli.root import COMMANDS, root
from vtclinic.core.errors import Conflict, Invalid, KeyUnavailable, NotFound, SettingsError

HEAVY = {"sqlalchemy", "flask", "rich", "cryptography", "vtclinic.app", "vtclinic.core.uow"}


def every_verb(group: click.Group = root, path: str = "vtclinic") -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        found = group.get_command(context, name)
        if isinstance(found, click.Group):
            yield from every_verb(found, f"{path} {name}")
        else:
            assert found is not None
            yield f"{path} {name}", found


def test_every_verb_has_an_example_and_its_exit_codes():
    for path, verb in every_verb():
        assert isinstance(verb, Verb), path
        assert all(path in line or line.startswith(("vtclinic", "cat ")) for line in verb.example.splitlines()), path
        assert path in verb.example or path in verb.example.replace("--home /srv/vtclinic ", ""), path
        assert set(verb.codes) >= {0, 1, 2} and set(verb.codes) <= MEANINGS.keys(), path


def test_every_verb_that_lists_speaks_json():
    listing = {"list", "show", "status", "verify", "check", "doctor", "bench"}
    for path, verb in every_verb():
        if path.split()[-1] in listing:
            assert any("--json" in option.opts for option in verb.params), path


def test_the_list_of_commands_tells_what_each_says_of_itself():
    for name, late in COMMANDS.items():
        found = root.get_command(click.Context(root), name)
        assert found is not None
        assert (found.help or "").strip().startswith(late.line), name


def test_no_verb_takes_a_secret_from_the_command_line():
    for path, verb in every_verb():
        for option in verb.params:
            if any(word in name for word in ("password", "passphrase", "secret", "share") for name in option.opts):
                assert getattr(option, "is_flag", False) or option.name == "shares_to", (path, option.opts)


def test_help_starts_without_the_application():
    code = (
        "import sys\nfrom vtclinic.cli import run\nassert run(['--help']) == 0\n"
        f"print('heavy:', sorted({HEAVY!r} & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stderr.strip() == "heavy: []"
    assert all(name in done.stdout for name in COMMANDS)


def test_help_of_every_verb_can_be_read(vt):
    for path, _verb in every_verb():
        said = vt(*path.split()[1:], "--help")
        assert said.code == 0
        assert "Example:" in said.out and "Exit codes:" in said.out


def test_an_unknown_verb_is_a_usage_error(vt):
    assert vt("frob").code == 2


@pytest.mark.parametrize(
    ("error", "code"),
    [(NotFound("no"), 3), (Conflict("no"), 4), (Invalid("no"), 5), (SettingsError("no"), 7), (KeyUnavailable("no"), 7), (ValueError("inner words"), 1)],
)
def test_each_kind_of_failure_has_its_exit_code(error, code):
    assert explain(error).code == code


@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.ENOSPC, "The disk is full."), (errno.EROFS, "may not read or write"), (errno.EACCES, "may not read or write"), (errno.ENOENT, "no such file")],
)
def test_trouble_with_files_is_one_sentence(number, words):
    assert words in explain(OSError(number, "x", "/data/x")).sentence


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (sqlite3.SQLITE_FULL, "The disk is full."),
        (sqlite3.SQLITE_BUSY, "locked by another program"),
        (sqlite3.SQLITE_READONLY, "cannot be written"),
        (sqlite3.SQLITE_NOTADB, "damaged"),
    ],
)
def test_trouble_with_a_database_is_one_sentence(number, words):
    error = sqlite3.OperationalError("x")
    error.sqlite_errorcode = number
    assert words in explain(error).sentence


def test_an_error_of_our_own_shows_no_inner_words():
    assert "inner words" not in explain(ValueError("inner words")).sentence


def test_groups_are_lazy():
    assert isinstance(root, LazyGroup)
