"""Where two people and two workers really run at once: one owner, one step."""

from functools import partial

import pytest
import time_machine
from sqlalchemy import select

from tests.features.crisis.team import make_team
from vtclinic.core import clock as core_clock
from vtclinic.core.errors import Conflict
from vtclinic.core.ids import new_id
from vtclinic.core.uow import session
from vtclinic.features.crisis import acting, ladder, raising
from vtclinic.features.crisis.models import Level, RiskAct, RiskTask, TaskKind, TaskState

pytestmark = pytest.mark.postgres
AT_ONCE = 5


def raise_task(patient):
    now = core_clock.now()
    task = RiskTask(patient_uid=patient, kind=TaskKind.ANSWER, response_uid=new_id(), instrument="phq-9", item=9, level=Level.NOW, state=TaskState.RAISED, raised_at=now)
    task.due_by = ladder.due_by(Level.NOW, now)
    raising.open_task(task)
    return task.uid


def test_of_many_who_take_it_at_once_one_owns_it_and_of_many_workers_one_climbs(clinic_on_postgres, people):
    patient, helpers = people.patient(), [people.therapist(f"Helper {chr(65 + number)}") for number in range(AT_ONCE)]
    team = make_team(people)
    actors = [people.actor(uid) for uid in helpers]
    with time_machine.travel("2026-11-23T10:00:00Z", tick=False) as moved:
        with people.inside():
            uid = raise_task(patient)
        moved.shift(15 * 60 + 1)
        steps = people.at_once([lambda: ladder.climb(uid)] * AT_ONCE)
        assert sorted(steps) == [False] * (AT_ONCE - 1) + [True]
        with people.inside():
            assert session().get(RiskTask, uid).owner_uid == team.ben
        ends = people.at_once([partial(acting.take, who, uid) for who in actors], told=Conflict)
    refused = [end for end in ends if isinstance(end, Conflict)]
    assert len(refused) == AT_ONCE - 1
    with people.inside():
        owner = session().get(RiskTask, uid).owner_uid
        assert owner in helpers
        assert [row.kind for row in session().scalars(select(RiskAct))].count("took") == 1
    assert all(people.actor(owner).name in end.message for end in refused)
