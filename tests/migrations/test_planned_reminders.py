"""What was booked before reminders were planned is reminded of all the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.migrations.test_0005 import BOOKED, ONE, OTHER, connected
from vtclinic.tenants.migrate import downgrade, upgrade


def forth_and_back(url):
    upgrade(url, "clinic", to="0004")
    later = (datetime.now(UTC) + timedelta(days=20)).strftime("%Y-%m-%d %H:%M:%S")
    with connected(url) as run:
        run(BOOKED.format(uid=ONE).replace("2026-11-26 14:00:00", later))
        run(BOOKED.format(uid=OTHER).replace("2026-11-26 14:00:00", "2020-01-01 14:00:00"))
        run(f"INSERT INTO appointment_notice (appointment_uid, kind, at) VALUES ('{ONE}', 'day-before', '2026-11-25 14:00:00')")
    upgrade(url, "clinic", to="0011")
    with connected(url) as run:
        assert [(str(row.appointment_uid).replace("-", ""), row.kind) for row in run("SELECT appointment_uid, kind FROM planned_notice")] == [(ONE, "plan")]
        assert run("SELECT confirmed_sequence FROM appointment").scalars().all() == [None, None]
    downgrade(url, "clinic", to="0010")
    with connected(url) as run:
        assert run("SELECT count(*) FROM appointment").scalar() == 2
        assert run("SELECT count(*) FROM appointment_notice").scalar() == 0


def test_what_comes_is_planned(tmp_path):
    forth_and_back(f"sqlite:///{tmp_path / 'old.db'}")


@pytest.mark.postgres
def test_what_comes_is_planned_on_postgresql(postgres):
    with postgres.database("old_reminders") as url:
        forth_and_back(url)
