"""`init` makes an installation once, whole, with shares that work, however often it is interrupted."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from tests.cli.conftest import PASSWORD
from tests.killing import count_calls, killed_at, some_points
from vtclinic import cli
from vtclinic.cli.setup import is_finished
from vtclinic.console.service import admin_by_email
from vtclinic.core.crypto.keys import load_master_key
from vtclinic.core.crypto.shares import join_shares
from vtclinic.core.settings import load_settings
from vtclinic.core.uow import control_unit_of_work
from vtclinic.identity.passwords import verify_password
from vtclinic.tenants.instance import open_instance

ASK = ("init", "--non-interactive", "--admin-email", "It@Harbour.example", "--password-stdin")


def shares_in(folder: Path) -> list[str]:
    return [path.read_text().strip() for path in sorted(folder.glob("recovery-share-*"))]


def test_everything_is_made_and_private(installed, tmp_path):
    assert stat.S_IMODE(installed.stat().st_mode) == 0o700
    for path in (installed / "master.key", *(tmp_path / "shares").iterdir()):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    one, _two, three = shares_in(tmp_path / "shares")
    assert join_shares([three, one]) == load_master_key(installed)


def test_the_administrator_can_sign_in_with_that_password(installed):
    open_instance(load_settings(installed))
    with control_unit_of_work(write=False):
        admin = admin_by_email("it@harbour.example")
    assert admin is not None and verify_password(admin.password_hash, PASSWORD)


def test_the_shares_are_shown_when_no_folder_is_given(vt, fresh):
    done = vt(*ASK, given=PASSWORD + "\n", at=fresh)
    assert done.code == 0
    words = [line.split() for line in done.out.split("Share ")[1].splitlines()[1:4]]
    assert sum(map(len, words)) == 33


def test_a_finished_installation_is_never_overwritten(vt, installed, tmp_path):
    before = (installed / "master.key").read_bytes(), (installed / "control.db").read_bytes()
    again = vt(*ASK, "--shares-to", tmp_path / "more", given=PASSWORD + "\n", at=installed)
    assert again.code == 4
    assert "already" in again.err
    assert not (tmp_path / "more").exists()
    assert ((installed / "master.key").read_bytes(), (installed / "control.db").read_bytes()) == before


def test_a_folder_with_other_things_is_left_alone(vt, fresh):
    fresh.mkdir()
    (fresh / "holiday.jpg").write_bytes(b"x")
    done = vt(*ASK, given=PASSWORD + "\n", at=fresh)
    assert done.code == 4
    assert "holiday.jpg" in done.err
    assert [path.name for path in fresh.iterdir()] == ["holiday.jpg"]


def test_a_lost_master_key_is_not_replaced_by_a_new_one(vt, installed):
    vt("tenant", "create", "harbour", "--name", "Harbour", "--host", "harbour.test", "--country", "IE", "--timezone", "Europe/Dublin", at=installed)
    (installed / "master.key").unlink()
    done = vt(*ASK, given=PASSWORD + "\n", at=installed)
    assert done.code == 4
    assert not (installed / "master.key").exists()


@pytest.mark.parametrize(
    ("arguments", "given", "code", "words"),
    [
        (("init", "--non-interactive"), "", 2, "--non-interactive needs"),
        (ASK, "short\n", 5, "at least 8 characters"),
        (ASK, "password1\n", 5, "easy to guess"),
        (ASK, "\n", 5, "is empty"),
        ((*ASK[:3], "nobody", ASK[4]), PASSWORD + "\n", 5, "e-mail address"),
    ],
)
def test_what_cannot_be_taken_is_refused_before_anything_is_made(vt, fresh, arguments, given, code, words):
    done = vt(*arguments, given=given, at=fresh)
    assert (done.code, words in done.err) == (code, True)
    assert not fresh.exists()


@pytest.mark.crash
def test_killed_anywhere_the_same_command_finishes(vt, fresh, tmp_path, monkeypatch):
    import io
    import sys

    def make(home: Path, shares: Path) -> None:
        sys.stdin = io.StringIO(PASSWORD + "\n")
        assert cli.run(["--home", str(home), *ASK, "--shares-to", str(shares)]) == 0

    monkeypatch.setattr(sys, "stdin", sys.stdin)
    calls = count_calls(lambda: make(tmp_path / "counted", tmp_path / "counted-shares"))
    for point in some_points(calls, 5):
        home, shares = tmp_path / f"home-{point}", tmp_path / f"shares-{point}"
        assert killed_at(point, lambda home=home, shares=shares: make(home, shares))
        if not (home.exists() and is_finished(load_settings(home))):
            shares = tmp_path / f"again-{point}"
            make(home, shares)
        assert join_shares(shares_in(shares)[:2]) == load_master_key(home)
        open_instance(load_settings(home))
        with control_unit_of_work(write=False):
            assert admin_by_email("it@harbour.example") is not None
