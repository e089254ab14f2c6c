"""The ladder keeps its times whatever happens to clocks, workers and people, and a task has one owner all the way up."""

from datetime import date, timedelta

import pytest
import time_machine
from sqlalchemy import select

from tests.features.crisis.team import make_team
from vtclinic.core import clock as core_clock
from vtclinic.core.audit import AuditEntry
from vtclinic.core.uow import session, unit_of_work
from vtclinic.features.crisis import acting, ladder, rota
from vtclinic.features.crisis.jobs import climb
from vtclinic.features.crisis.models import RiskAct, RiskTask
from vtclinic.features.crisis.rota import Stretch
from vtclinic.features.staff import practice
from vtclinic.identity import accounts

MONDAY = "2026-11-23T10:00:00Z"
QUARTER = 15 * 60 + 1


@pytest.fixture
def team(people):
    return make_team(people)


@pytest.fixture
def clock():
    with time_machine.travel(MONDAY, tick=False) as moved:
        yield moved


@pytest.fixture
def task(people):
    def read():
        with people.inside():
            return session().scalars(select(RiskTask)).one()

    return read


@pytest.fixture
def ledger(people):
    def read(*kinds):
        with people.inside():
            rows = session().scalars(select(RiskAct).order_by(RiskAct.at, RiskAct.uid))
            return [(row.kind, row.about_uid) for row in rows if row.kind in kinds]

    return read


@pytest.fixture
def tick(clinic, scope):
    def run():
        with scope(clinic):
            return climb(clinic="harbour")

    return run


@pytest.fixture
def now(sam, given, fill):
    """Sam gives an answer that cannot wait."""
    return lambda: fill(sam, given(sam), "000000002")


def test_it_climbs_from_on_call_to_backup_to_lead_and_then_sounds_the_alarm(clock, team, now, task, tick, ledger):
    now()
    assert (task().rung, task().owner_uid) == ("on_call", team.amara)
    for rung, owner in (("backup", team.ben), ("lead", team.cleo), ("alarm", team.cleo)):
        clock.shift(14 * 60)
        assert tick() == 0
        clock.shift(QUARTER - 14 * 60)
        assert tick() == 1 and tick() == 0
        assert (task().rung, task().owner_uid, task().state) == (rung, owner, "raised")
    clock.shift(QUARTER)
    assert tick() == 1
    assert [kind for kind, _who in ledger("climbed", "unanswered")] == ["climbed", "climbed", "unanswered", "unanswered"]
    told = [who for _kind, who in ledger("told")]
    assert told[:3] == [team.amara, team.ben, team.cleo] and told.count(team.ruth) == 2 and told.count(team.cleo) == 3


def test_beginning_stops_the_ladder_and_anybody_late_reads_who_has_it(clock, team, now, task, tick, at):
    now()
    clock.shift(QUARTER)
    tick()
    assert at(team.ben).send(f"/risk/{task().uid}/take") == 303
    clock.shift(8 * 3600)
    assert tick() == 0
    late = at(team.amara)
    assert late.send(f"/risk/{task().uid}/take") == 409
    assert late.says("Ben Cole has this task now.") and task().owner_uid == team.ben


def test_two_workers_take_one_step_and_a_killed_one_leaves_it_to_the_next(clock, team, now, task, tick, people, clinic, scope, monkeypatch):
    now()
    clock.shift(QUARTER)
    with scope(clinic), unit_of_work():
        seen_by_both = ladder.waiting(core_clock.now())
    monkeypatch.setattr(ladder.notice, "tell", lambda *_args, **_more: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        tick()
    assert task().rung == "on_call"
    monkeypatch.undo()
    with scope(clinic):
        for expected in (True, False):
            with unit_of_work():
                assert ladder.climb(seen_by_both[0]) is expected
    assert task().rung == "backup"


def test_hours_without_a_worker_lose_nothing_and_give_the_next_person_their_time(clock, team, now, task, tick):
    now()
    clock.shift(5 * 3600)
    assert tick() == 1 and tick() == 0
    assert (task().rung, task().owner_uid) == ("backup", team.ben)


def test_a_clock_set_back_costs_one_more_wait_at_most(clock, team, now, task, tick):
    now()
    clock.shift(-86_400)
    assert tick() == 1 and task().rung == "on_call"
    clock.shift(QUARTER)
    assert tick() == 1 and task().rung == "backup"


def test_a_post_without_a_person_is_skipped_at_once(clock, people, now, task, tick):
    team = make_team(people, posts=False)
    with people.inside():
        rota.add_spans(people.actor(team.ruth), range(7), Stretch(0, 0, "primary", team.amara))
    now()
    clock.shift(QUARTER)
    tick()
    assert (task().rung, task().owner_uid) == ("lead", team.cleo)


def test_same_day_stays_with_the_patients_therapist_until_the_day_ends(clock, team, people, sam, given, fill, task, tick):
    people.pair(sam, team.cleo)
    fill(sam, given(sam), "000000001")
    assert (task().rung, task().owner_uid) == ("care", team.cleo)
    clock.shift(6 * 3600)
    assert tick() == 0
    clock.shift(3601)
    assert tick() == 1
    assert (task().rung, task().owner_uid) == ("on_call", team.amara)


def test_what_cannot_wait_goes_to_on_call_and_the_patients_therapist_is_told_too(clock, team, people, sam, now, task, ledger):
    people.pair(sam, team.cleo)
    now()
    assert task().owner_uid == team.amara
    assert {who for _kind, who in ledger("told")} == {team.amara, team.cleo}


def test_nobody_on_call_and_nobody_in_care_tells_the_lead(clock, people, now, task):
    team = make_team(people, posts=False)
    now()
    assert (task().rung, task().owner_uid) == ("lead", team.cleo)


def test_an_owner_who_is_switched_off_loses_the_task_in_the_same_moment(clock, team, now, task, people, at, ledger):
    now()
    at(team.amara).send(f"/risk/{task().uid}/take")
    with people.inside():
        accounts.disable_user(people.actor(team.ruth), team.amara)
    found = task()
    assert (found.state, found.owner_uid, found.rung) == ("raised", team.ben, "backup")
    assert ledger("away") == [("away", team.amara)]


def test_an_owner_who_goes_on_leave_loses_it_within_a_minute_but_not_one_who_took_it_on_leave(clock, team, now, task, people, at, tick):
    now()
    at(team.amara).send(f"/risk/{task().uid}/take")
    with people.inside():
        practice.add_leave(people.actor(team.amara), team.amara, date(2026, 11, 23), date(2026, 11, 30))
    assert tick() == 1
    assert (task().state, task().owner_uid) == ("raised", team.ben)
    clock.shift(QUARTER)
    at(team.amara).send(f"/risk/{task().uid}/take")
    assert tick() == 0 and task().owner_uid == team.amara


def test_more_urgent_words_from_somebody_begun_with_are_said_again(clock, team, people, sam, given, at, task, fill, tick):
    people.pair(sam, team.cleo)
    uid = given(sam)
    fill(sam, uid, "000000001")
    at(team.cleo).send(f"/risk/{task().uid}/take")
    at(sam).send(f"/progress/questions/{uid}/9", value="3")
    assert (task().level, task().state, task().owner_uid) == ("now", "raised", team.cleo)
    clock.shift(QUARTER)
    tick()
    assert task().owner_uid == team.amara


def test_a_note_alone_does_not_close_what_an_answer_raised(clock, team, now, task, at):
    now()
    browser = at(team.amara)
    browser.send(f"/risk/{task().uid}/take")
    browser.send(f"/risk/{task().uid}/act", kind="noted", words="Read it")
    assert browser.send(f"/risk/{task().uid}/close", reason="agreed", words="Fine") == 409
    browser.send(f"/risk/{task().uid}/act", kind="not_reached", words="No reply")
    assert browser.send(f"/risk/{task().uid}/close", reason="agreed", words="Fine") == 303


def test_each_step_is_audited_without_a_word_about_health(clock, team, now, tick, people):
    now()
    clock.shift(QUARTER)
    tick()
    with people.inside():
        rows = [row for row in session().scalars(select(AuditEntry)) if row.action == "risk.climb"]
    assert [row.reason for row in rows] == ["backup"]


def test_a_handed_over_task_climbs_when_its_new_owner_does_not_begin(clock, team, now, task, people, tick):
    now()
    with people.inside():
        amara = people.actor(team.amara)
        acting.take(amara, task().uid)
    with people.inside():
        acting.hand_over(amara, task().uid, team.cleo, "")
    assert (task().owner_uid, task().state) == (team.cleo, "raised")
    clock.move_to(core_clock.now() + timedelta(seconds=QUARTER))
    tick()
    assert task().owner_uid == team.amara
