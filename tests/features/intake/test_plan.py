"""What a clinic asks is its own to choose; who has not finished is reminded kindly, and rarely."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from tests.features.intake.test_intake import ANSWERS
from vtclinic.core import clock
from vtclinic.core.errors import Conflict, Forbidden, Invalid
from vtclinic.core.outbox import OutboxMail
from vtclinic.core.uow import session
from vtclinic.features.intake import api, plan, unfinished
from vtclinic.features.intake.consents import standing
from vtclinic.features.intake.jobs import new_words, remind
from vtclinic.features.intake.models import Intake, IntakeNudge, IntakePlan
from vtclinic.features.intake.plan import OwnQuestion
from vtclinic.features.intake.questions import CONSENTS
from vtclinic.features.progress import api as progress
from vtclinic.features.records import api as records


@pytest.fixture
def ruth(people):
    return people.admin()


@pytest.fixture
def chosen(people, ruth):
    """A plan without pronouns and wishes, with a question of the clinic's own and one questionnaire."""
    with people.inside():
        me = people.actor(ruth)
        plan.save_own(me, 0, OwnQuestion("", "one", "How did you hear of us?", options=("A friend", "A doctor")))
        return plan.change_plan(me, 1, left_out=frozenset({"pronouns", "gender", "style", "words"}), packs=("gad-7",), remind_days=3)


def test_patients_are_asked_what_the_clinic_chose(sam, at, people, chosen):
    own = chosen.own[0].key
    browser = at(sam)
    for key in ("care", "sharing", "name", "languages", "born", "place", "problems", "formats", "times"):
        browser.send(f"/intake/{key}", **ANSWERS[key])
    browser.get("/intake/go-on")
    if browser.place == "/intake/musts":
        browser.send("/intake/musts", **{"pass": "1"})
    assert browser.place == f"/intake/{own}" and browser.says("How did you hear of us?", "Your clinic asks everybody this.")
    browser.send(f"/intake/{own}", value="o2")
    assert browser.place == "/intake/check" and browser.says("A doctor")
    browser.get("/intake/pronouns")
    assert browser.status == 404
    browser.send("/intake/check")
    with people.inside():
        assert [each.instrument for each in progress.open_questionnaires(sam)] == ["gad-7"]
        assert api.state(sam).total - api.state(sam).done == 1


def test_a_change_after_sending_asks_nobody_again(sam, at, people, ruth):
    browser = at(sam)
    for key, fields in ANSWERS.items():
        browser.send(f"/intake/{key}", **fields)
    browser.send("/intake/check")
    with people.inside():
        before = api.state(sam)
        plan.change_plan(people.actor(ruth), 0, left_out=frozenset(), packs=("pcl-5",), remind_days=None)
    with people.inside():
        assert api.state(sam) == before
        assert session().get(Intake, sam).plan_version == 0


def test_the_therapist_reads_what_was_sent_and_nobody_else_does(sam, amara, at, people):
    browser = at(sam)
    for key, fields in ANSWERS.items():
        browser.send(f"/intake/{key}", **fields)
    people.pair(sam, amara)
    desk = at(amara)
    desk.get(f"/clients/{sam}")
    assert "It began in spring" not in desk.text, "nothing shows before it was sent"
    browser.send("/intake/check")
    desk.get(f"/clients/{sam}")
    assert desk.says("What they told us first", "It began in spring.", "Worry, sleep")
    other = at(people.therapist("Tomas Lind"))
    other.get(f"/clients/{sam}")
    assert other.status == 404


def test_two_admins_at_once_do_not_overwrite_each_other(people, ruth):
    with people.inside():
        me = people.actor(ruth)
        plan.change_plan(me, 0, left_out=frozenset({"pronouns"}), packs=("phq-9",), remind_days=None)
        with pytest.raises(Conflict):
            plan.change_plan(me, 0, left_out=frozenset(), packs=("gad-7",), remind_days=None)
        assert plan.current_plan().packs == ("phq-9",)
        assert session().scalar(select(func.count()).select_from(IntakePlan)) == 1


def test_a_changed_way_of_answering_is_a_new_question(people, ruth):
    with people.inside():
        me = people.actor(ruth)
        first = plan.save_own(me, 0, OwnQuestion("", "one", "How did you hear of us?", options=("A friend", "A doctor"))).own[0]
        same = plan.save_own(me, 1, OwnQuestion(first.key, "one", "How did you find us?", options=first.options)).own[0]
        other = plan.save_own(me, 2, OwnQuestion(first.key, "one", "How did you find us?", options=("A sign", "A doctor"))).own[0]
    assert same.key == first.key != other.key


@pytest.mark.parametrize(
    ("question", "field"),
    [
        (OwnQuestion("", "one", "Which?", options=("Only one",)), "options"),
        (OwnQuestion("", "many", "Which?", options=tuple(str(n) for n in range(20))), "options"),
        (OwnQuestion("", "text", "?"), "title"),
        (OwnQuestion("", "consent", "May we?"), "kind"),
    ],
)
def test_a_question_that_cannot_be_answered_is_refused(people, ruth, question, field):
    with people.inside(), pytest.raises(Invalid) as refused:
        plan.save_own(people.actor(ruth), 0, question)
    assert field in refused.value.fields


def test_what_care_and_the_law_need_cannot_be_left_out(people, ruth):
    for key in ("care", "sharing", "languages", "place"):
        with people.inside(), pytest.raises(Invalid):
            plan.change_plan(people.actor(ruth), 0, left_out=frozenset({key}), packs=(), remind_days=None)


def test_only_the_clinic_plans(people, sam, amara):
    for uid in (sam, amara):
        with people.inside(), pytest.raises(Forbidden):
            plan.change_plan(people.actor(uid), 0, left_out=frozenset(), packs=(), remind_days=None)
        with people.inside(), pytest.raises(Forbidden):
            unfinished.unfinished(people.actor(uid))


def test_the_list_tells_how_far_and_never_what(people, ruth, sam, at):
    browser = at(sam)
    for key in ("care", "sharing", "name"):
        browser.send(f"/intake/{key}", **ANSWERS[key])
    desk = at(ruth)
    desk.get("/unfinished")
    assert desk.says("Sam Byrne", "3 of about 14 questions") and "Sammy" not in desk.text
    assert desk.send(f"/unfinished/{sam}/remind") == 303
    assert desk.says("Written.", "Enough for now", "1 letter")
    desk.send(f"/unfinished/{sam}/remind")
    assert desk.says("We wrote less than a week ago.")
    with people.inside():
        assert session().scalar(select(func.count()).select_from(OutboxMail).where(OutboxMail.template == "intake-nudge")) == 1


def test_nobody_is_reminded_more_than_three_times_or_against_their_wish(people, ruth, sam):
    now = clock.now()
    for week in range(3):
        with time_machine.travel(now + timedelta(days=8 * week), tick=False), people.inside():
            unfinished.nudge(people.actor(ruth), sam)
    with time_machine.travel(now + timedelta(days=60), tick=False), people.inside(), pytest.raises(Conflict, match="three times"):
        unfinished.nudge(people.actor(ruth), sam)
    other = people.patient("Kim Moss")
    with people.inside():
        records.change_profile(people.actor(other), other, safe_contact={"email": False, "text": False, "name_ourselves": False})
    with people.inside(), pytest.raises(Conflict, match="not to write"):
        unfinished.nudge(people.actor(ruth), other)


def test_the_rule_reminds_once_after_its_days(people, chosen, sam, run_job):
    now = clock.now()

    def letters() -> int:
        with people.inside():
            return session().scalar(select(func.count()).select_from(IntakeNudge)) or 0

    for days, expected in ((2, 0), (4, 1), (5, 1), (30, 1)):
        with time_machine.travel(now + timedelta(days=days), tick=False):
            run_job(remind)
        assert letters() == expected


def test_new_words_of_a_consent_are_told_once_and_the_old_yes_holds(people, sam, at, run_job, monkeypatch):
    at(sam).send("/intake/care", value="yes")
    run_job(new_words)
    monkeypatch.setitem(CONSENTS, "care", replace(CONSENTS["care"], version="2099-1"))
    run_job(new_words)
    run_job(new_words)
    browser = at(sam)
    browser.get("/my-data/agreed")
    assert browser.says("The words have changed since then.", "I agree to the new words")
    with people.inside():
        assert "care" in standing(sam)
        assert session().scalar(select(func.count()).select_from(OutboxMail).where(OutboxMail.template == "consent-words")) == 1
    browser.send("/my-data/agreed/care")
    with people.inside():
        assert standing(sam)["care"].version == "2099-1"
