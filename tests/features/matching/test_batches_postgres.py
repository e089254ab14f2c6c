"""The same on PostgreSQL, where two administrators really decide at once."""

from __future__ import annotations

from functools import partial

import pytest
from sqlalchemy import select

from tests.features.matching.telling import tell, works
from vtclinic.core.errors import Conflict
from vtclinic.core.uow import session
from vtclinic.features.matching import batch_run, batching, limits, service, weighing
from vtclinic.features.matching.engine import Weights
from vtclinic.features.matching.models import Batch, Method, Proposal
from vtclinic.features.matching.standing import standing
from vtclinic.tenants.scope import tenant_scope

pytestmark = pytest.mark.postgres
ADMINS = 4


def at_once(people, ruths, work):
    """Let every admin do the same at once; return what each came to."""
    return ["told" if isinstance(end, Conflict) else end for end in people.at_once([partial(work, ruth) for ruth in ruths], told=Conflict)]


def test_admins_at_once_open_one_search_and_decide_a_line_once(clinic_on_postgres, people, monkeypatch):
    amara, sam = works(people, people.therapist(), specialities=["worry"]), people.patient()
    tell(people, sam)
    ruths = [people.actor(people.admin(f"Ruth Number{chr(65 + number)}")) for number in range(ADMINS)]
    monkeypatch.setattr(batching.jobs, "enqueue", lambda *_args, **_ids: None)
    started = at_once(people, ruths, lambda ruth: batching.start(ruth, Method.ASSIGNMENT).uid)
    assert len(set(started)) == 1
    with tenant_scope(clinic_on_postgres):
        batch_run.run(started[0])
    with people.inside():
        assert session().get_one(Batch, started[0]).summary["found"] == 1
        line = session().scalars(select(Proposal)).one().uid
    ends = at_once(people, ruths, lambda ruth: batching.accept(ruth, line).state)
    assert sorted(ends) == ["accepted", *["told"] * (ADMINS - 1)]
    with people.inside():
        assert service.choices(sam) == [amara]
        assert standing().held == {amara: 1}
    changed = at_once(people, ruths, lambda ruth: weighing.change(ruth, Weights(), seen=0).version)
    assert sorted(map(str, changed)) == ["1", *["told"] * (ADMINS - 1)]
    with people.inside():
        limits.change(ruths[0], amara, new_per_week=1, paused=False, seen="")
        assert (standing().version, standing().per_week) == (1, {amara: 1})
