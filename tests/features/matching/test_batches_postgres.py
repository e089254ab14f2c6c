"""The same on PostgreSQL, where two administrators really decide at once."""

from __future__ import annotations

import dataclasses
import threading

import pytest
from sqlalchemy import select

from tests.features.matching.telling import tell, works
from vtclinic.core import uow
from vtclinic.core.errors import Conflict
from vtclinic.core.uow import session, unit_of_work
from vtclinic.features.matching import batch_run, batching, limits, service, weighing
from vtclinic.features.matching.engine import Weights
from vtclinic.features.matching.models import Batch, Method, Proposal
from vtclinic.features.matching.standing import standing
from vtclinic.tenants.migrate import upgrade
from vtclinic.tenants.scope import tenant_scope

pytestmark = pytest.mark.postgres
ADMINS = 4


@pytest.fixture
def harbour(postgres, house, people, monkeypatch):
    """Harbour with its data in PostgreSQL for the time of the test."""
    with postgres.database("harbour") as url:
        upgrade(url, "clinic")
        moved = dataclasses.replace(house.directory.by_slug("harbour"), database_url=url)
        monkeypatch.setattr(type(people), "_scope", lambda _people, _clinic="harbour": moved)
        yield moved
        uow.engines().forget(url)


def at_once(harbour, work):
    """Run `work(number)` in as many threads as there are admins, each in a unit of its own; return what each came to."""
    ready, ends = threading.Barrier(ADMINS), [None] * ADMINS

    def run(number):
        with tenant_scope(harbour):
            ready.wait(10)
            try:
                with unit_of_work():
                    ends[number] = work(number)
            except Conflict:
                ends[number] = "told"

    threads = [threading.Thread(target=run, args=(number,)) for number in range(ADMINS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return ends


def test_admins_at_once_open_one_search_and_decide_a_line_once(harbour, people, monkeypatch):
    amara, sam = works(people, people.therapist(), specialities=["worry"]), people.patient()
    tell(people, sam)
    ruths = [people.actor(people.admin(f"Ruth Number{chr(65 + number)}")) for number in range(ADMINS)]
    monkeypatch.setattr(batching.jobs, "enqueue", lambda *_args, **_ids: None)
    started = at_once(harbour, lambda number: batching.start(ruths[number], Method.ASSIGNMENT).uid)
    assert len(set(started)) == 1
    with tenant_scope(harbour):
        batch_run.run(started[0])
    with people.inside():
        assert session().get_one(Batch, started[0]).summary["found"] == 1
        line = session().scalars(select(Proposal)).one().uid
    ends = at_once(harbour, lambda number: batching.accept(ruths[number], line).state)
    assert sorted(ends) == ["accepted", *["told"] * (ADMINS - 1)]
    with people.inside():
        assert service.choices(sam) == [amara]
        assert standing().held == {amara: 1}
    changed = at_once(harbour, lambda number: weighing.change(ruths[number], Weights(), seen=0).version)
    assert sorted(map(str, changed)) == ["1", *["told"] * (ADMINS - 1)]
    with people.inside():
        limits.change(ruths[0], amara, new_per_week=1, paused=False, seen="")
        assert (standing().version, standing().per_week) == (1, {amara: 1})
