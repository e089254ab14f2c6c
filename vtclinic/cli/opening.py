"""Opening an installation for a command: only as much of it as the command needs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from vtclinic.app import House, open_house
from vtclinic.cli.directory import settle
from vtclinic.cli.place import Place
from vtclinic.core import jobs, uow
from vtclinic.core.scope import ClinicScope
from vtclinic.tenants.scope import tenant_scope_by_slug


@contextmanager
def opened_house(place: Place) -> Iterator[House]:
    """Open everything, features and job queue included, and close it again."""
    settings = place.settings()
    settle(settings)
    try:
        yield open_house(settings)
    finally:
        jobs.close()
        uow.engines().dispose()


@contextmanager
def in_clinic(place: Place, slug: str) -> Iterator[ClinicScope]:
    """Open everything and enter one clinic; raise NotFound, or Unavailable while it is suspended."""
    with opened_house(place) as house, tenant_scope_by_slug(house.directory, slug) as clinic:
        yield clinic
