"""Looks for times in a process of its own and is killed at one point of it: `python offering_process.py HOME POINT`."""

import os
import signal
import sys
from pathlib import Path

from tests.conftest import test_settings
from vtclinic.app import open_house
from vtclinic.features.scheduling.waiting import letters, offering
from vtclinic.tenants.scope import tenant_scope

POINTS = {"claimed": (letters.notifications, "notify"), "told": (offering, "record")}


def main() -> None:
    """Open the installation, offer, die."""
    home, point = sys.argv[1:]
    house = open_house(test_settings(Path(home)))
    place, name = POINTS[point]
    setattr(place, name, lambda *_args, **_more: os.kill(os.getpid(), signal.SIGKILL))
    with tenant_scope(house.directory.by_slug("harbour")):
        offering.offer_times()


if __name__ == "__main__":
    main()
