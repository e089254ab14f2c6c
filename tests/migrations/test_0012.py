"""Before the waiting list: without offers no time stays kept for ever."""

from __future__ import annotations

import pytest

from tests.migrations.test_0005 import ONE, OTHER, connected
from vtclinic.tenants.migrate import downgrade, upgrade


def forth_and_back(url):
    upgrade(url, "clinic", to="0012")
    with connected(url) as run:
        for kind in ("hold", "appointment"):
            run(f"INSERT INTO slot_claim (holder_uid, at, for_uid, kind) VALUES ('{ONE if kind == 'hold' else OTHER}', '2026-11-26 14:00:00', '{ONE}', '{kind}')")
    downgrade(url, "clinic", to="0011")
    with connected(url) as run:
        assert [row.kind for row in run("SELECT kind FROM slot_claim")] == ["appointment"]
    upgrade(url, "clinic", to="0012")
    with connected(url) as run:
        assert run("SELECT count(*) FROM time_offer").scalar() == 0


def test_a_step_back_lets_kept_times_go(tmp_path):
    forth_and_back(f"sqlite:///{tmp_path / 'old.db'}")


@pytest.mark.postgres
def test_a_step_back_lets_kept_times_go_on_postgresql(postgres):
    with postgres.database("old_clinic") as url:
        forth_and_back(url)
