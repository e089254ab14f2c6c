"""Keys, themes and benchmarks from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from vtclinic.cli import bench
from vtclinic.core.crypto.keys import load_master_key
from vtclinic.core.settings import load_settings
from vtclinic.tenants import rotation
from vtclinic.tenants.facts import RECOVERY_DRILL, fact_date, open_control


def two_of(folder: Path, *numbers: int) -> str:
    return "".join((folder / f"recovery-share-{number}-of-3.txt").read_text() for number in numbers)


def test_a_drill_is_noted_and_changes_nothing(vt, installed, tmp_path):
    before = (installed / "master.key").read_bytes()
    assert vt("key", "drill", "--shares-stdin", given=two_of(tmp_path / "shares", 2, 3), at=installed).code == 0
    with open_control(load_settings(installed)) as control:
        assert fact_date(control, RECOVERY_DRILL) is not None
    assert (installed / "master.key").read_bytes() == before


def test_a_drill_with_shares_of_another_key_is_not_noted(vt, installed, tmp_path):
    vt("key", "rotate-master", "--shares-to", tmp_path / "new", at=installed)
    done = vt("key", "drill", "--shares-stdin", given=two_of(tmp_path / "shares", 1, 2), at=installed)
    assert (done.code, "another key" in done.err) == (5, True)
    with open_control(load_settings(installed)) as control:
        assert fact_date(control, RECOVERY_DRILL) is None
    assert vt("key", "drill", "--shares-stdin", given=two_of(tmp_path / "new", 1, 3), at=installed).code == 0


@pytest.mark.parametrize("given", ["", "one two three\n", "one two three\nfour five six\n"])
def test_shares_that_are_none_are_refused_in_words(vt, installed, given):
    done = vt("key", "drill", "--shares-stdin", given=given, at=installed)
    assert done.code == 5 and done.err


def test_a_lost_key_comes_back_from_two_shares(vt, installed, tmp_path):
    key = load_master_key(installed)
    (installed / "master.key").unlink()
    assert vt("key", "recover", "--shares-stdin", given=two_of(tmp_path / "shares", 1, 2), at=installed).code == 0
    assert load_master_key(installed) == key
    assert vt("key", "recover", "--shares-stdin", given=two_of(tmp_path / "shares", 1, 2), at=installed).code == 4


def test_another_set_of_shares_rebuilds_the_same_key(vt, installed, tmp_path):
    assert vt("key", "shares", "--shares-to", tmp_path / "more", at=installed).code == 0
    assert vt("key", "drill", "--shares-stdin", given=two_of(tmp_path / "more", 1, 3), at=installed).code == 0
    assert vt("key", "shares", "--shares-to", tmp_path / "more", at=installed).code == 4


def test_a_clinics_key_is_rotated(vt, monkeypatch):
    monkeypatch.setattr(rotation, "NOTICE_SECONDS", 0.0)
    monkeypatch.setattr(rotation, "LINGER_SECONDS", 0.0)
    assert vt("key", "rotate", "--tenant", "harbour").code == 0
    assert json.loads(vt("tenant", "show", "harbour", "--json").out)["key_version"] == 2
    assert vt("key", "rotate", "--tenant", "nobody").code == 3


def test_the_master_key_is_rotated_and_clinics_go_on(vt, home, tmp_path):
    before = load_master_key(home)
    assert vt("key", "rotate-master", "--shares-to", tmp_path / "new").code == 0
    assert load_master_key(home) != before
    assert vt("tenant", "show", "harbour").code == 0
    assert vt("audit", "verify").code == 0


def test_themes_are_listed_checked_and_shown(vt, tmp_path):
    rows = {row["theme"]: row for row in json.loads(vt("theme", "list", "--json").out)}
    assert {"calm", "warm", "contrast"} <= rows.keys()
    for name in rows:
        assert vt("theme", "check", name).code == 0
    file = tmp_path / "warm.html"
    assert vt("theme", "preview", "warm", file).code == 0
    text = file.read_text()
    assert text.count("data-vt-preview") >= 2
    assert 'src="/' not in text and "url(\"/" not in text and "http://" not in text.replace("http://www.w3.org", "")
    assert vt("theme", "preview", "warm", file).code == 4
    assert vt("theme", "check", "neon").code == 3


def test_a_theme_that_cannot_be_read_is_refused_with_reasons(vt, home):
    folder = home / "themes" / "fog"
    folder.mkdir(parents=True)
    text = (Path(__file__).parents[2] / "themes" / "calm" / "theme.toml").read_text()
    (folder / "theme.toml").write_text(text + '\n[unknown]\nx = "1"\n')
    done = vt("theme", "check", "fog", "--json")
    assert done.code == 6
    assert json.loads(done.out)["problems"]


@pytest.fixture
def benchmarks(tmp_path, monkeypatch):
    """A checkout with one benchmark that keeps its limit and one that does not."""
    folder = tmp_path / "checkout" / "benchmarks"
    folder.mkdir(parents=True)
    for name, value in (("kept_limit", 1), ("lost_limit", 3)):
        (folder / f"{name}.py").write_text(
            f'"""Measures {name}."""\n\n\ndef run():\n    return {{"name": "{name}", "figures": {{"value": {value}}}, '
            f'"checks": [{{"name": "value", "value": {value}, "limit": 2, "ok": {value <= 2}}}]}}\n'
        )
    (folder / "helper.py").write_text('"""No benchmark."""\n')
    monkeypatch.setattr(bench, "ROOT", folder.parent)
    monkeypatch.setattr(bench, "load", lambda module, attribute: _load(folder, module, attribute))


def _load(folder: Path, module: str, attribute: str):
    space: dict[str, object] = {}
    exec((folder / f"{module.partition('.')[2]}.py").read_text(), space)
    return space[attribute]


def test_benchmarks_are_listed_and_run(vt, benchmarks):
    assert [row["name"] for row in json.loads(vt("bench", "list", "--json").out)] == ["kept-limit", "lost-limit"]
    done = vt("bench", "kept-limit", "--json")
    assert (done.code, json.loads(done.out.splitlines()[-1])["checks"][0]["ok"]) == (0, True)
    assert vt("bench", "lost-limit").code == 6
    assert vt("bench", "helper").code == 3
