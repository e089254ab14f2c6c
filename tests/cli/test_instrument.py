"""Packs checked from the command line."""

import json

import pytest

from vtclinic.features.progress.instruments.loader import PACKS

MINE = (PACKS / "phq-2.toml").read_text(encoding="utf-8").replace('"phq-2"', '"mine"')


@pytest.fixture
def pack(tmp_path):
    def write(text, name="mine.toml"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_the_shipped_ones_are_listed_with_licence_and_what_waits(vt):
    rows = {row["id"]: row for row in json.loads(vt("instrument", "list", "--json").out)}
    assert rows["phq-9"]["total"] == "0–27" and rows["core-10"]["waits"] == "waits for a promise" and not rows["gad-7"]["waits"]
    assert "CC BY-NC-ND 4.0" in vt("instrument", "list").out


def test_a_good_pack_can_be_used(vt, pack):
    done = vt("instrument", "check", pack(MINE))
    assert done.code == 0 and "can be used: 2 questions, total 0–6." in done.out


@pytest.mark.parametrize(
    ("text", "fault", "line"),
    [
        (MINE.replace('notice = "', 'notes = "'), "notice is missing.", None),
        (MINE.replace('version = "1"', 'version = "one two"'), "version must be letters, digits, dots and dashes, at most 20.", 2),
        (MINE + "\n[risk]\nitems = [{ item = 9, steps = [{ from = 1, level = 'now' }] }]\n", "risk names item 9, which does not exist.", None),
        (MINE.replace("[cutoffs]", "[cutofs]"), "cutofs is not a key here.", None),
        ("id = \n", "It is not valid TOML", 1),
    ],
)
def test_each_fault_is_one_line_that_names_its_place(vt, pack, text, fault, line):
    path = pack(text)
    done = vt("instrument", "check", path)
    assert done.code == 6
    assert f"{path}{':' + str(line) if line else ''}" in done.out and fault in done.out
    (told,) = json.loads(vt("instrument", "check", path, "--json").out)
    assert not told["ok"] and any(fault in each["fault"] for each in told["faults"])


def test_of_several_files_each_is_told_and_one_bad_one_is_enough(vt, pack):
    done = vt("instrument", "check", pack(MINE), pack("x = " + "[" * 5000, "deep.toml"), "--json")
    assert done.code == 6 and [row["ok"] for row in json.loads(done.out)] == [True, False]


def test_a_missing_file_and_no_file_are_told_apart(vt, tmp_path):
    assert vt("instrument", "check", tmp_path / "none.toml").code == 3
    assert vt("instrument", "check").code == 2
