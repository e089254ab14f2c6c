"""Clinics from the command line."""

from __future__ import annotations

import json

import pytest

PASSPHRASE = "a lighthouse in the fog\n"
QUAY = ("tenant", "create", "quay", "--name", "Quay", "--host", "quay.test", "--country", "IE", "--timezone", "Europe/Dublin")


def test_a_clinic_is_made_listed_and_shown(vt):
    assert vt(*QUAY, "--theme", "warm").code == 0
    rows = json.loads(vt("tenant", "list", "--json").out)
    assert [row["slug"] for row in rows] == ["harbour", "northside", "quay"]
    shown = json.loads(vt("tenant", "show", "quay", "--json").out)
    assert (shown["state"], shown["theme"], shown["hosts"]) == ("active", "warm", ["quay.test"])
    assert "quay.test" in vt("tenant", "list").out


def test_an_empty_installation_says_how_to_begin(vt, installed):
    assert "vtclinic tenant create" in vt("tenant", "list", at=installed).out


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [("--host", "not a host", "hostname"), ("--country", "ZZ", "help lines"), ("--timezone", "Mars/Base", "time zone"), ("--theme", "neon", "theme list"), ("--name", " ", "name")],
)
def test_wrong_values_are_refused_with_what_would_be_right(vt, option, value, words):
    done = vt(*QUAY, option, value)
    assert (done.code, words in done.err) == (5, True)
    assert vt("tenant", "show", "quay").code == 3


def test_a_short_name_or_host_that_is_taken_is_a_conflict(vt):
    assert vt("tenant", "create", "harbour", *QUAY[3:]).code == 4
    assert vt(*QUAY, "--host", "harbour.test").code == 4


def test_suspending_twice_is_a_conflict(vt):
    assert vt("tenant", "suspend", "harbour").code == 0
    assert vt("tenant", "suspend", "harbour").code == 4
    assert vt("tenant", "resume", "harbour").code == 0
    assert vt("tenant", "suspend", "nobody").code == 3


def test_a_clinic_leaves_and_comes_back(vt, tmp_path):
    file = tmp_path / "harbour.vtclinic"
    vt("tenant", "suspend", "harbour")
    assert vt("tenant", "export", "harbour", file, "--passphrase-stdin", given=PASSPHRASE).code == 0
    assert vt("tenant", "export", "harbour", file, "--passphrase-stdin", given=PASSPHRASE).code == 4
    assert vt("tenant", "import", file, "--passphrase-stdin", given=PASSPHRASE).code == 4
    assert vt("tenant", "erase", "harbour", "--yes", "harbour").code == 0
    assert vt("tenant", "import", file, "--passphrase-stdin", given="another lighthouse\n").code == 5
    done = vt("tenant", "import", file, "--passphrase-stdin", given=PASSPHRASE)
    assert done.code == 0
    assert "harbour is here" in done.out
    assert vt("audit", "verify", "--all").code == 0


def test_a_weak_passphrase_protects_nothing(vt, tmp_path):
    done = vt("tenant", "export", "harbour", tmp_path / "h", "--passphrase-stdin", given="password\n")
    assert done.code == 5
    assert not (tmp_path / "h").exists()


def test_a_file_that_is_not_there_is_not_found(vt, tmp_path):
    assert vt("tenant", "import", tmp_path / "nothing", "--passphrase-stdin", given=PASSPHRASE).code == 3


@pytest.mark.parametrize("typed", [(), ("--yes", "Harbour"), ("--yes", "northside")])
def test_nothing_is_erased_unless_its_short_name_is_typed(vt, typed):
    done = vt("tenant", "erase", "harbour", *typed)
    assert (done.code, "Nothing was erased" in done.err) == (5, True)
    assert vt("tenant", "show", "harbour").code == 0


def test_help_now_pages_are_written_anew(vt, home):
    page = home / "clinics" / "harbour" / "public" / "help-now.html"
    page.unlink()
    assert vt("tenant", "help-now").code == 0
    assert page.exists()


def test_a_changed_trail_ends_with_six(vt, home):
    import sqlite3

    assert vt("audit", "verify").code == 0
    raw = sqlite3.connect(home / "control.db")
    with raw:
        raw.execute("UPDATE audit_entry SET action = 'clinic.other' WHERE seq = 1")
    raw.close()
    done = vt("audit", "verify", "--instance", "--json")
    assert done.code == 6
    assert json.loads(done.out)[0]["broken_at"] == 1


def test_all_databases_are_upgraded_and_a_broken_one_is_named(vt, home):
    assert vt("db", "status").code == 0
    (home / "clinics" / "harbour" / "clinic.db").write_bytes(b"not a database, by far" * 500)
    (home / "clinics" / "northside" / "clinic.db").unlink()
    done = vt("db", "upgrade")
    assert done.code == 6
    assert "harbour: A database file is damaged" in done.err
    states = {row["name"]: row for row in json.loads(vt("db", "status", "--json").out)}
    assert states["northside"]["current"] and not states["harbour"]["current"]


def test_many_databases_are_upgraded_in_processes_of_their_own(vt, home):
    from vtclinic.tenants.lifecycle_upgrades import Place, upgrade_clinics

    places = [Place(f"c{number}", "clinic", f"sqlite:///{home}/c{number}.db") for number in range(13)]
    found = list(upgrade_clinics(places, str, processes=2))
    assert sorted(each.name for each in found if each.is_current) == sorted(place.name for place in places)
