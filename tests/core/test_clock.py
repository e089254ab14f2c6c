"""A made-up clinic's time can be moved, a real one's cannot."""

from __future__ import annotations

from datetime import timedelta

import pytest

from vtclinic.core import clock
from vtclinic.core.errors import SettingsError
from vtclinic.core.settings import load_settings


def test_every_process_that_follows_the_clock_runs_ahead_by_the_same(tmp_path):
    ours, theirs = clock.TestClock(tmp_path / "clock"), clock.TestClock(tmp_path / "clock")
    assert theirs.ahead == timedelta()
    ours.advance(timedelta(hours=2))
    ours.advance(timedelta(minutes=5))
    assert theirs.ahead == ours.ahead == timedelta(hours=2, minutes=5)
    real = clock.now()
    clock.follow(tmp_path / "clock")
    try:
        assert timedelta(hours=2) < clock.now() - real < timedelta(hours=3)
    finally:
        clock.follow(None)


def test_a_real_clinic_has_no_test_clock(tmp_path):
    with pytest.raises(SettingsError):
        load_settings(tmp_path, test_clock=True)
    assert load_settings(tmp_path, env="demo", test_clock=True).clock_file == tmp_path.resolve() / "test-clock"
    assert load_settings(tmp_path).clock_file is None
