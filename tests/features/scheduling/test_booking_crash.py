"""A process killed in the middle of a booking leaves no half of one, and the time can still be booked."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import func, select

from tests.features.matching.telling import tell, works
from tests.features.scheduling import booking_process
from vtclinic.core.ids import new_id
from vtclinic.core.outbox import OutboxMail
from vtclinic.core.uow import engines, session
from vtclinic.features.records import api as records
from vtclinic.features.scheduling import booking, openings
from vtclinic.features.scheduling.booking import Wish
from vtclinic.features.scheduling.models import Appointment, SlotClaim
from vtclinic.features.staff import api as staff

ROOT = Path(__file__).resolve().parents[3]
pytestmark = pytest.mark.crash


@pytest.fixture(autouse=True)
def clock():
    """Use the real clock: the other process has no other."""


@pytest.mark.parametrize("point", booking_process.POINTS)
def test_a_killed_booking_leaves_nothing(people, home, point):
    amara, sam = works(people, people.therapist(), specialities=["worry"]), people.patient()
    who = tell(people, sam)
    with people.inside():
        start = openings.openings(staff.therapist(amara), sam).slots[5].start
    engines().dispose()
    command = [sys.executable, "-m", "tests.features.scheduling.booking_process", str(home), str(sam), str(amara), start.isoformat(), point]
    ended = subprocess.run(command, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, timeout=60, check=False, capture_output=True)
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()[-2000:]
    with people.inside():
        for table in (Appointment, SlotClaim):
            assert session().scalar(select(func.count()).select_from(table)) == 0
        assert records.therapists_of(sam) == []
        assert session().scalar(select(func.count()).select_from(OutboxMail).where(OutboxMail.template.like("appointment-%"))) == 0
        assert booking.book(who, Wish(amara, start, "Europe/Dublin", new_id())).is_booked
