"""Books a time in a process of its own and is killed at one point of it: `python booking_process.py HOME PATIENT THERAPIST START POINT`."""

import os
import signal
import sys
from datetime import datetime
from pathlib import Path
from uuid import UUID

from tests.conftest import test_settings
from tests.people import People
from vtclinic.app import open_house
from vtclinic.core.ids import new_id
from vtclinic.core.uow import unit_of_work
from vtclinic.features.matching import api as matching
from vtclinic.features.records import api as records
from vtclinic.features.scheduling import booking
from vtclinic.features.scheduling.booking import Wish
from vtclinic.tenants.scope import tenant_scope

POINTS = {"claimed": (records, "open_care"), "care-opened": (matching, "close_all"), "before-letters": (booking.letters, "tell_booked"), "after-letters": (booking, "tell_pages")}


def main() -> None:
    """Open the installation, book, die."""
    home, patient, therapist, start, point = sys.argv[1:]
    house = open_house(test_settings(Path(home)))
    who = People(house).actor(UUID(patient))
    place, name = POINTS[point]
    setattr(place, name, lambda *_args, **_more: os.kill(os.getpid(), signal.SIGKILL))
    with tenant_scope(house.directory.by_slug("harbour")), unit_of_work():
        booking.book(who, Wish(UUID(therapist), datetime.fromisoformat(start), "Europe/Dublin", new_id()))


if __name__ == "__main__":
    main()
