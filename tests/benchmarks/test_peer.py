"""What the booking benchmark says of a peer: its figures, or in plain words why there are none. No peer is installed here."""

from __future__ import annotations

import sys
from collections import Counter

import pytest

from benchmarks import _peer, booking
from benchmarks._report import Report

ANSWERS = """
import json, sys
print(json.dumps({"version": "1.2"}), flush=True)
for line in sys.stdin:
    asked = json.loads(line)
    lost = asked["bookers"] - asked["slots"]
    print(json.dumps({"ends": {"booked": asked["slots"], "taken": lost - 1, "busy": 1}, "seconds": 4.0, "cpu": 2.0, "twice": 1}), flush=True)
"""
ENDS = "import sys\nprint('{\"version\": \"1.2\"}', flush=True)\nsys.stdin.readline()\nsys.exit('no room left')\n"
OURS = _peer.Race(Counter(booked=2, taken=8), seconds=1.0, cpu=1.0)


@pytest.fixture
def contest():
    return booking.Contest(Report("booking"), (10, 10, 2), lambda name: None)


@pytest.fixture
def driven_by(tmp_path, monkeypatch):
    def become(script):
        driver = tmp_path / "driver.py"
        driver.write_text(script)
        monkeypatch.setattr(_peer, "DRIVER", driver)
        return _peer.peer(sys.executable, tmp_path, "bench_peer")

    return become


def test_the_figures_say_what_the_peer_did_and_how_much_faster_ours_is(contest, driven_by):
    with driven_by(ANSWERS) as rival:
        assert rival.version == "1.2"
        assert contest._beside(rival, "10 bookers on 2 slots", OURS, (10, 2, 10)) is rival
    figures = contest.report.figures
    assert figures["pretix: 10 bookers on 2 slots, bookings per second"] == 0.5
    assert figures["pretix: 10 bookers on 2 slots, winners"] == 2
    assert figures["pretix: 10 bookers on 2 slots, slots with more than one booking"] == 1
    assert figures["pretix: 10 bookers on 2 slots, told anything but taken"] == 1
    assert figures["ours / pretix: 10 bookers on 2 slots, bookings per second"] == 4.0
    assert figures["ours / pretix: 10 bookers on 2 slots, answers per CPU second"] == 2.0
    assert not contest.report.checks  # a ratio is for reading: nobody gave it a limit


def test_a_peer_that_ends_early_is_named_with_its_last_words(contest, driven_by):
    with driven_by(ENDS) as rival:
        assert contest._beside(rival, "10 bookers on 2 slots", OURS, (10, 2, 10)) is None
    assert contest.report.figures == {"pretix: 10 bookers on 2 slots": "not measured: pretix ended early (no room left)"}


def test_a_peer_that_cannot_be_installed_is_said_in_plain_words(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(_peer, "_installer", lambda python: [sys.executable, "-c", "import sys; sys.exit('no network')"])
    for _ in range(2):  # what was half made is not taken for whole
        with pytest.raises(_peer.NoPeer, match=r"^not measured: pretix could not be installed \(no network\)$"):
            _peer.install()


def test_an_installed_peer_is_used_again(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(_peer, "_run", lambda command: None)
    python = tmp_path / "vtclinic-bench" / f"pretix-{_peer.VERSION}" / "bin" / "python"
    python.parent.mkdir(parents=True)
    assert _peer.install() == python
    monkeypatch.setattr(_peer, "_run", lambda command: pytest.fail("installed again"))
    assert _peer.install() == python
