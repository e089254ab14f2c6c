"""Opening an installation without its features: keys, control database, clinics."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from vtclinic.cli.place import Place
from vtclinic.core import uow
from vtclinic.core.settings import Settings
from vtclinic.tenants.instance import control_exists, open_instance
from vtclinic.tenants.resolve import Directory
from vtclinic.tenants.rotation import finish_master_rotation


@contextmanager
def opened(place: Place) -> Iterator[Directory]:
    """Open an installation and close it again."""
    settings = place.settings()
    settle(settings)
    try:
        yield Directory(open_instance(settings))
    finally:
        uow.engines().dispose()


def settle(settings: Settings) -> None:
    """Finish what a killed `key rotate-master` left, before anything reads the master key."""
    if control_exists(settings):
        finish_master_rotation(settings)
