"""A worker killed in the middle of an offer leaves no half of one, and the next look makes it once."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import func, select

from tests.features.scheduling.waiting import offering_process
from vtclinic.core.outbox import OutboxMail
from vtclinic.core.uow import engines, session
from vtclinic.features.scheduling.models import SlotClaim
from vtclinic.features.scheduling.waiting.models import TimeOffer

ROOT = Path(__file__).resolve().parents[4]
pytestmark = pytest.mark.crash


@pytest.fixture(autouse=True)
def clock():
    """Use the real clock: the other process has no other."""


@pytest.mark.parametrize("point", offering_process.POINTS)
def test_a_killed_worker_leaves_nothing_and_the_next_look_offers_once(people, home, amara, waits, another, offer_times, point):
    waits(another("Alex Quinn"), amara)
    engines().dispose()
    command = [sys.executable, "-m", "tests.features.scheduling.waiting.offering_process", str(home), point]
    ended = subprocess.run(command, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, timeout=60, check=False, capture_output=True)
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()[-2000:]

    def counts():
        with people.inside():
            letters = select(func.count()).select_from(OutboxMail).where(OutboxMail.template == "waiting-offer")
            return session().scalar(select(func.count()).select_from(TimeOffer)), session().scalar(letters)

    with people.inside():
        assert session().scalar(select(func.count()).select_from(SlotClaim)) == 0
    assert counts() == (0, 0)
    assert [offer_times(), offer_times()] == [1, 0]
    assert counts() == (1, 1)
