"""Who is on call, gaps and all; and rules that can be made stricter and never laxer."""

from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest
import time_machine
from sqlalchemy import select

from tests.features.crisis.team import make_team
from vtclinic.core.audit import AuditEntry
from vtclinic.core.errors import Conflict, Forbidden, Invalid
from vtclinic.core.uow import session
from vtclinic.features.crisis import duty, rota, rules
from vtclinic.features.crisis.models import Level, RiskTask
from vtclinic.features.crisis.rota import Stretch
from vtclinic.features.progress import api as progress

MONDAY = date(2026, 11, 23)


@pytest.fixture
def team(people):
    return make_team(people, posts=False)


@pytest.fixture
def add(people, team):
    """Add to the rota: `add("primary", team.amara, 9, 17, [0])`, or of one day with `day=`."""

    def put(post, who, starts, ends, weekdays=range(7), day=None):
        with people.inside():
            ruth, wanted = people.actor(team.ruth), Stretch(starts * 60, ends * 60, post, who)
            if day:
                rota.add_override(ruth, day, wanted)
            else:
                rota.add_spans(ruth, weekdays, wanted)

    return put


@pytest.fixture
def on_call(people):
    """Tell who is on call at an instant."""

    def look(when):
        with time_machine.travel(when, tick=False), people.inside():
            found = duty.standing()
        return found.primary, found.backup

    return look


def test_a_stretch_over_midnight_ends_on_the_next_day(add, on_call, team):
    add("primary", team.amara, 22, 6, [0])
    assert on_call("2026-11-23T21:59:00Z") == (None, None)
    assert on_call("2026-11-23T22:00:00Z") == (team.amara, None)
    assert on_call("2026-11-24T05:59:00Z") == (team.amara, None)
    assert on_call("2026-11-24T06:00:00Z") == (None, None)


def test_a_rota_is_wall_time_when_the_clocks_change(add, on_call, team):
    add("primary", team.amara, 9, 17)
    assert on_call("2026-10-24T08:30:00Z")[0] == team.amara  # 09:30 in Dublin's summer
    assert on_call("2026-10-25T08:30:00Z")[0] is None  # 08:30 in its winter
    assert on_call("2026-10-25T16:30:00Z")[0] == team.amara


def test_an_exception_wins_over_the_usual_week_and_the_newest_over_an_older_one(add, on_call, team):
    add("primary", team.amara, 0, 0)
    with time_machine.travel("2026-11-20T10:00:00Z", tick=False) as clock:
        add("primary", team.ben, 8, 20, day=MONDAY)
        clock.shift(60)
        add("primary", None, 12, 14, day=MONDAY)
    assert [on_call(f"2026-11-23T{hour}:00:00Z")[0] for hour in ("07", "09", "13", "15", "21")] == [team.amara, team.ben, None, team.ben, team.amara]


def test_leave_and_a_switched_off_account_leave_a_gap_that_the_page_names(add, on_call, team, people, at):
    add("primary", team.amara, 0, 0)
    with people.inside():
        from vtclinic.features.staff import practice

        practice.add_leave(people.actor(team.amara), team.amara, MONDAY, MONDAY)
    assert on_call("2026-11-23T12:00:00Z") == (None, None)
    assert on_call("2026-11-24T12:00:00Z") == (team.amara, None)
    with time_machine.travel("2026-11-23T12:00:00Z", tick=True):
        browser = at(team.ben)
        browser.get("/duty")
        assert browser.says("Nobody is on call now.", "Amara Okafor is away", "1 stretch of this week has nobody.")


def test_a_patient_reads_plainly_whether_somebody_is_on_duty(add, team, sam, given, fill, at):
    with time_machine.travel("2026-11-28T22:00:00Z", tick=True) as clock:
        uid = given(sam)
        browser = fill(sam, uid, "000000003")
        browser.get(f"/progress/questions/{uid}/support")
        assert browser.says("Nobody is on duty right now.", "We told your care team now.")
        add("primary", team.amara, 9, 17)
        browser.get(f"/progress/questions/{uid}/support")
        assert browser.says("Nobody is on duty right now. Somebody is from Tomorrow at 09:00.")
        clock.shift(12 * 3600)
        browser = at(sam)
        browser.get(f"/progress/questions/{uid}/support")
        assert browser.says("Somebody is on duty and is told at once.")


def test_only_administrators_change_the_rota_and_the_rules_and_both_are_audited(add, team, people):
    add("primary", team.amara, 9, 17)
    with people.inside():
        for work in (
            lambda who: rota.add_spans(who, [0], Stretch(0, 60, "primary", team.amara)),
            lambda who: rota.add_override(who, MONDAY, Stretch(0, 60, "primary", None)),
            lambda who: rules.change(who, rules.in_force()),
        ):
            with pytest.raises(Forbidden):
                work(people.actor(team.amara))
        rows = [row.action for row in session().scalars(select(AuditEntry)) if row.action.startswith("risk.ro") or row.action == "risk.rules"]
    assert rows == ["risk.rules", "risk.rota"]


def test_two_administrators_do_not_overwrite_each_others_rules(team, people):
    with people.inside():
        ruth, seen = people.actor(team.ruth), rules.in_force()
        rules.change(ruth, replace(seen, on_call=5))
        with pytest.raises(Conflict):
            rules.change(ruth, replace(seen, on_call=10))
        assert rules.in_force().on_call == 5 and [row.version for row in rules.history(ruth)] == [2, 1]


@pytest.mark.parametrize(
    ("change", "field"),
    [({"on_call": 0}, "on_call"), ({"lead": 61}, "lead"), ({"days": ()}, "days"), ({"ends": time(8)}, "ends"), ({"sooner": frozenset({"phq-9/1/1"})}, "sooner")],
)
def test_rules_outside_their_bounds_are_refused_with_a_sentence(change, field, team, people):
    with people.inside(), pytest.raises(Invalid) as refused:
        rules.change(people.actor(team.ruth), replace(rules.in_force(), **change))
    assert field in refused.value.fields


def test_an_answer_can_be_read_sooner_and_never_later_than_its_form_asks(team, people, sam, given, fill):
    with people.inside():
        rules.change(people.actor(team.ruth), replace(rules.in_force(), sooner=frozenset({"phq-9/9/1"})))
        stricter = rules.in_force()
    for question in progress.risk_items():
        for value, _text, asked in question.answers:
            assert Level(asked) == Level.SAME_DAY or stricter.level(question.instrument, question.item, value, asked) == Level.NOW
    fill(sam, given(sam), "000000001")
    with people.inside():
        assert session().scalars(select(RiskTask)).one().level == "now"


def test_same_working_day_follows_the_clinics_own_days(team, people, sam, given, fill):
    with people.inside():
        rules.change(people.actor(team.ruth), replace(rules.in_force(), days=(5, 6), starts=time(8), ends=time(20)))
    with time_machine.travel("2026-11-23T10:00:00Z", tick=True):
        fill(sam, given(sam), "000000001")
    with people.inside():
        assert session().scalars(select(RiskTask)).one().due_by == datetime(2026, 11, 28, 20, tzinfo=UTC)


def test_the_pages_take_a_rota_and_rules_and_keep_what_is_refused(team, people, at):
    browser = at(team.ruth)
    browser.get("/duty")
    assert browser.says("There is no rota yet.")
    assert browser.send("/duty/pattern", weekdays=["0", "1"], starts="09:00", ends="17:00", post="primary", user_uid=str(team.ben)) == 303
    assert browser.says("Ben Cole", "Saved.")
    assert browser.send("/duty/pattern", starts="09:00", ends="17:00", post="primary", user_uid=str(team.ben)) == 422
    assert browser.says("Choose at least one day.")
    assert browser.send("/duty/exceptions", day="2020-01-01", starts="09:00", ends="17:00", post="primary", user_uid="") == 422
    browser.get("/duty/rules")
    minutes = {"on_call": "10", "backup": "10", "lead": "10", "again": "20"}
    day = {"starts": "09:00", "ends": "18:00", "days": ["0", "1", "2"], "lead_uid": str(team.cleo), "sooner": "phq-9/9/1"}
    assert browser.send("/duty/rules", version="1", **minutes, **day) == 303
    assert browser.says("Version 2", "Ruth Daly")
    assert browser.send("/duty/rules", version="1", **minutes, **day) == 409
    assert browser.says("Somebody else changed these rules")
