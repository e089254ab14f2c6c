"""The clinic's weights and limits: by version, seen beforehand, and one of two administrators is told."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, datetime

import pytest
import time_machine

from tests.features.matching.telling import tell, works
from tests.features.scheduling.test_pages import hidden, text
from tests.queries import counted_queries
from vtclinic.core.errors import Conflict, Forbidden, Invalid
from vtclinic.features.matching import limits, service, weighing
from vtclinic.features.matching.engine import Weights


@pytest.fixture(autouse=True)
def clock(house):
    with time_machine.travel(datetime(2026, 11, 25, 8, 0, tzinfo=UTC)) as moved:
        yield moved


@pytest.fixture
def ruth(people):
    return people.actor(people.admin())


@pytest.fixture
def sam(people):
    uid = people.patient()
    tell(people, uid, problems=["worry"], style=["calm"])
    return uid


@pytest.fixture
def two(people):
    """One knows what Sam needs, the other is as Sam wishes."""
    return works(people, people.therapist(), specialities=["worry"]), works(people, people.therapist("Leila Haddad"), styles=["calm"])


def test_weights_count_from_the_next_match_on_and_each_version_is_kept(people, ruth, sam, two):
    with people.inside():
        service.current(people.actor(sam))
    with people.inside():
        assert service.choices(sam)[0] == two[0]
        weighing.change(ruth, replace(Weights(), problems=10, preferences=60), seen=0)
        service.see_everybody(people.actor(sam))
        assert service.choices(sam)[0] == two[1]
        assert service.latest(sam).outcome.weights == 1
        weighing.change(ruth, Weights(), seen=1)
        assert [row.version for row in weighing.history(ruth)] == [2, 1]
        assert weighing.in_force(ruth).weights == Weights()


def test_a_preview_says_what_would_change_and_stores_nothing(people, ruth, sam, two):
    with people.inside():
        seen = weighing.preview(ruth, replace(Weights(), problems=0))
        assert (seen.people, seen.first, seen.three) == (1, 1, 0)
        assert seen.examples[0].before == ("problem",)
        assert seen.examples[0].after == ("preference",)
        assert weighing.preview(ruth, Weights()).first == 0
        assert weighing.in_force(ruth).version == 0


def test_of_two_admins_who_change_weights_the_second_is_told(people, ruth):
    with people.inside():
        weighing.change(ruth, replace(Weights(), times=50), seen=0)
        with pytest.raises(Conflict, match="Somebody else changed the weights"):
            weighing.change(people.actor(people.admin("Ines Roth")), Weights(), seen=0)
        assert weighing.in_force(ruth).weights.times == 50


@pytest.mark.parametrize("wrong", [{"times": 101.0}, {"problems": 0, "preferences": 0, "times": 0, "modality": 0, "culture": 0}])
def test_weights_out_of_bounds_or_all_nothing_are_refused(people, ruth, wrong):
    with people.inside(), pytest.raises(Invalid):
        weighing.change(ruth, Weights(**(asdict(Weights()) | wrong)), seen=0)


def test_the_page_tries_and_saves_without_scripts(app, browse, people, ruth, sam, two):
    browser = people.sign_in(app, browse(), ruth.uid)
    page = browser.get("/matching/weights")
    sent = {"csrf_token": hidden(page, "csrf_token"), "seen": "0", "problems": 0, "preferences": 25, "times": 20, "modality": 10, "culture": 5, "load": 10, "track": 10}
    with counted_queries() as asked:
        tried = browser.post("/matching/weights", data=sent | {"act": "try"})
    assert asked.reads <= 12, asked.statements
    assert "1 would see another therapist first" in text(tried)
    assert "worry" not in text(tried)
    assert "Sam" not in text(tried)
    assert browser.post("/matching/weights", data=sent | {"act": "save", "problems": 200}).status_code == 422
    assert browser.post("/matching/weights", data=sent | {"act": "save"}).status_code == 303
    assert browser.post("/matching/weights", data=sent | {"act": "save"}).status_code == 409
    assert "Version 1" in text(browser.get("/matching/weights"))


def test_a_weekly_limit_and_a_pause_keep_new_people_away(people, ruth, sam, two, clock):
    others = [people.patient(name) for name in ("Alex Quinn", "Noor Aziz")]
    people.pair(others[0], two[0])
    with people.inside():
        assert service.may_choose(sam, two[0])
        limits.change(ruth, two[0], new_per_week=1, paused=False, seen="")
        assert not service.may_choose(sam, two[0])
        limits.change(ruth, two[1], new_per_week=None, paused=True, seen="")
        assert not service.may_choose(sam, two[1])
        load = {each.therapist.uid: each for each in limits.loads(ruth)}
        assert (load[two[0]].free, load[two[0]].begun, load[two[1]].free) == (0, 1, 0)
    clock.move_to(datetime(2026, 11, 29, 23, 59, tzinfo=UTC))  # Sunday
    with people.inside():
        assert not service.may_choose(sam, two[0])
    clock.move_to(datetime(2026, 11, 30, 0, 1, tzinfo=UTC))  # Monday
    with people.inside():
        assert service.may_choose(sam, two[0])


def test_a_limit_changed_meanwhile_is_not_overwritten(people, ruth, two):
    with people.inside():
        limits.change(ruth, two[0], new_per_week=1, paused=False, seen="")
        with pytest.raises(Conflict):
            limits.change(ruth, two[0], new_per_week=9, paused=False, seen="")
        with pytest.raises(Invalid):
            limits.change(ruth, two[1], new_per_week=-1, paused=False, seen="")
        with pytest.raises(Forbidden):
            limits.loads(people.actor(two[0]))
