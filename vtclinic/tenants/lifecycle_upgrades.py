"""Bringing every database of the instance to this version, several at once; one that cannot does not stop the others.

Resumable by nature: each database is upgraded in one transaction, and the next run takes the ones that are behind.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass

from sqlalchemy import select

from vtclinic.core.settings import Settings
from vtclinic.tenants.facts import open_control
from vtclinic.tenants.instance import clinic_url, control_url
from vtclinic.tenants.migrate import Tree, head, upgrade, version
from vtclinic.tenants.models import Clinic, ClinicState

CONTROL = "control"
MOST_PROCESSES = 8
# Below this many it is quicker to do them here than to start other processes.
FEW = 12


@dataclass(frozen=True)
class Place:
    """One database: its clinic (or "control"), tree and address."""

    name: str
    tree: Tree
    url: str


@dataclass(frozen=True)
class SchemaState:
    """Where one database is, and what went wrong with it, if anything."""

    name: str
    at: str | None
    newest: str
    problem: str = ""

    @property
    def is_current(self) -> bool:
        """Tell whether nothing is to do."""
        return not self.problem and self.at == self.newest


Explain = Callable[[BaseException], str]


def control_state(settings: Settings) -> SchemaState:
    """Tell where the control database is."""
    return _look(Place(CONTROL, "control", control_url(settings)), str)


def clinic_places(settings: Settings) -> list[Place]:
    """List the clinics' databases; needs a current control database. Half-made and dying clinics are left out."""
    with open_control(settings) as control:
        rows = control.scalars(select(Clinic).where(Clinic.state.in_((ClinicState.ACTIVE, ClinicState.SUSPENDED))).order_by(Clinic.slug)).all()
        return [Place(row.slug, "clinic", clinic_url(settings, row)) for row in rows]


def states(settings: Settings, explain: Explain = str) -> list[SchemaState]:
    """Tell where every database is; the clinics are left out while the control database is behind."""
    found = [control_state(settings)]
    if found[0].is_current:
        found += [_look(place, explain) for place in clinic_places(settings)]
    return found


def upgrade_control(settings: Settings) -> SchemaState:
    """Upgrade the control database; raises what the database raises."""
    upgrade(control_url(settings), "control")
    return control_state(settings)


def upgrade_clinics(places: list[Place], explain: Explain, *, processes: int = 0) -> Iterator[SchemaState]:
    """Upgrade clinics' databases, yielding each result as it comes; raises nothing for a broken one."""
    count = processes or min(MOST_PROCESSES, os.cpu_count() or 1)
    if count == 1 or len(places) < FEW:
        yield from (_upgrade(place, explain) for place in places)
        return
    # New processes, not threads: Alembic keeps the migration at work in a global. Not forked: this process has threads and open files.
    with ProcessPoolExecutor(count, mp_context=multiprocessing.get_context("spawn")) as pool:
        open_jobs: dict[Future[SchemaState], Place] = {pool.submit(_upgrade, place, explain): place for place in places}
        while open_jobs:
            for job in wait(open_jobs, return_when=FIRST_COMPLETED).done:
                place = open_jobs.pop(job)
                yield _result(job, place)


def _result(job: Future[SchemaState], place: Place) -> SchemaState:
    try:
        return job.result()
    except BrokenProcessPool:
        return SchemaState(place.name, None, head(place.tree), "The process that upgraded it was ended from outside.")


def _upgrade(place: Place, explain: Explain) -> SchemaState:
    found = _look(place, explain)
    if found.problem or found.is_current:
        return found
    try:
        upgrade(place.url, place.tree)
    except Exception as error:
        return SchemaState(place.name, found.at, found.newest, explain(error))
    return _look(place, explain)


def _look(place: Place, explain: Explain) -> SchemaState:
    newest = head(place.tree)
    try:
        at = version(place.url)
    except Exception as error:
        return SchemaState(place.name, None, newest, explain(error))
    return SchemaState(place.name, at, newest)
