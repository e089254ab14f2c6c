"""Questionnaires that come by themselves: each due point once, never two on top of each other, and an end that is told."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from tests.together import at_once
from vtclinic.core.audit import AuditEntry
from vtclinic.core.errors import Forbidden, NotFound
from vtclinic.core.ids import new_id
from vtclinic.core.uow import session
from vtclinic.features.notifications.models import Notification
from vtclinic.features.progress import answering, giving, jobs, plans, shelf, unanswered
from vtclinic.features.progress.models import Response
from vtclinic.features.progress.models_plan import DuePoint, SessionHeld
from vtclinic.features.progress.plans import Wish
from vtclinic.features.records import api as records
from vtclinic.features.scheduling import diary, placing
from vtclinic.features.scheduling import jobs as scheduling_jobs
from vtclinic.features.scheduling.placing import Placement
from vtclinic.tenants.scope import tenant_scope

MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
PLACE = {"patient_zone": "Europe/Dublin", "therapist_zone": "Europe/Dublin", "format": "video", "cancel_hours": 24}


@pytest.fixture
def clock(house):
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def ruth(people):
    return people.admin()


@pytest.fixture
def cared(clock, sam, amara, people):
    """Sam, in Amara's care since Monday."""
    people.pair(sam, amara)
    return sam


@pytest.fixture
def rule(clock, ruth, people):
    """Make a rule of the clinic: `rule("weeks", 2)`."""

    def make(when, every=1, days=7, instrument="phq-9"):
        with people.inside():
            plans.add_for_clinic(people.actor(ruth), Wish(instrument, when, every, days))

    return make


@pytest.fixture
def held(people, amara):
    """Let a session of somebody be over; the same uid is the same session."""

    def make(patient, uid=None):
        with people.inside():
            giving.on_session_done(patient, amara, uid or new_id(), MONDAY)

    return make


@pytest.fixture
def opened(people):
    """Tell what was given to a patient."""

    def look(patient):
        with people.inside():
            rows = session().scalars(select(Response).where(Response.patient_uid == patient).order_by(Response.assigned_at, Response.uid))
            return sorted((row.instrument, str(row.state)) for row in rows)

    return look


@pytest.fixture
def answered(people):
    def answer(patient):
        who = people.actor(patient)
        with people.inside():
            uid = answering.waiting(patient, "phq-9")
            for number in range(1, 10):
                answering.answer(who, uid, number, 0)

    return answer


def test_questions_come_after_every_second_session_and_each_session_counts_once(cared, rule, held, opened, answered):
    rule("sessions", 2)
    first, second = new_id(), new_id()
    held(cared, first)
    held(cared, first)
    assert opened(cared) == []
    held(cared, second)
    assert opened(cared) == [("phq-9", "open")]
    answered(cared)
    held(cared, second)
    held(cared)
    assert opened(cared) == [("phq-9", "done")]
    held(cared)
    assert opened(cared) == [("phq-9", "done"), ("phq-9", "open")]


def test_open_questions_are_never_doubled(cared, rule, held, opened, given):
    rule("sessions", 1)
    given(cared)
    held(cared)
    held(cared)
    assert opened(cared) == [("phq-9", "open")]


def test_a_session_nobody_came_to_is_counted_no_more(cared, rule, held, opened, people):
    rule("sessions", 2)
    missed = new_id()
    held(cared, missed)
    with people.inside():
        giving.on_session_missed(missed)
    held(cared)
    assert opened(cared) == []


def test_questions_before_the_first_session_close_with_its_day_and_move_with_it(cared, rule, opened, people, held):
    rule("first")
    with people.inside():
        giving.on_session_booked(cared, MONDAY + timedelta(days=3))
        giving.on_session_booked(cared, MONDAY + timedelta(days=5))
    with people.inside():
        (row,) = session().scalars(select(Response))
        assert (row.due_on, row.closes_on) == ((MONDAY + timedelta(days=5)).date(),) * 2
    held(cared)
    with people.inside():
        giving.on_session_booked(cared, MONDAY + timedelta(days=12))
    assert opened(cared) == [("phq-9", "open")]


@pytest.fixture
def hourly(clinic):
    """Let the hourly work run."""

    def run():
        with tenant_scope(clinic):
            jobs.plan(clinic="harbour")

    return run


def test_questions_come_every_two_weeks_and_a_long_sleep_brings_one(cared, rule, clock, opened, answered, hourly):
    rule("weeks", 2)
    for days, count in ((13, 0), (14, 1), (15, 1), (28, 2), (28 + 70, 3), (28 + 71, 3)):
        clock.move_to(MONDAY + timedelta(days=days, hours=1))
        hourly()
        hourly()
        rows = opened(cared)
        assert len(rows) == count, days
        if ("phq-9", "open") in rows:
            answered(cared)


def test_what_nobody_finished_closes_after_its_last_day_and_makes_room(cared, rule, clock, opened, hourly, held, people):
    rule("sessions", 1, days=7)
    held(cared)
    for days, states in ((7, ["open"]), (8, ["closed"])):
        clock.move_to(MONDAY + timedelta(days=days))
        hourly()
        assert [state for _name, state in opened(cared)] == states
    held(cared)
    assert [state for _name, state in opened(cared)] == ["closed", "open"]


def test_they_are_told_once_in_neutral_words_and_it_is_taken_back_when_it_closes(cared, rule, clock, held, hourly, people):
    rule("sessions", 1, days=1)
    held(cared)
    with people.inside():
        (line,) = session().scalars(select(Notification).where(Notification.to_uid == cared, Notification.kind == "questionnaire"))
        assert line.path.startswith("/progress/questions/") and line.in_app
        assert "phq" not in f"{line.path}{line.key}{giving.QUESTIONS.title}".lower()
    clock.move_to(MONDAY + timedelta(days=3))
    hourly()
    with people.inside():
        assert not session().scalars(select(Notification.in_app).where(Notification.to_uid == cared, Notification.kind == "questionnaire")).one()


def test_a_pause_lets_nothing_come_and_nothing_comes_later_for_it(cared, rule, clock, held, opened, hourly, amara, people):
    rule("weeks", 1)
    with people.inside():
        plans.pause(people.actor(amara), cared, (MONDAY + timedelta(days=10)).date())
    for days, count in ((8, 0), (11, 0), (15, 1)):
        clock.move_to(MONDAY + timedelta(days=days))
        hourly()
        assert len(opened(cared)) == count, days


def test_a_patients_own_rule_takes_the_place_of_the_clinics_for_the_same_questions(cared, rule, held, opened, amara, people):
    rule("sessions", 1)
    rule("sessions", 1, instrument="gad-7")
    with people.inside():
        plans.add_for_patient(people.actor(amara), cared, Wish("phq-9", "never"))
    held(cared)
    assert opened(cared) == [("gad-7", "open")]


def test_a_killed_worker_leaves_nothing_and_the_next_one_gives_it_once(cared, rule, clock, opened, hourly, monkeypatch):
    rule("weeks", 1)
    clock.move_to(MONDAY + timedelta(days=8))
    with monkeypatch.context() as broken:
        broken.setattr(giving.notifications, "notify", lambda *_args, **_named: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            hourly()
    assert opened(cared) == []
    hourly()
    hourly()
    assert opened(cared) == [("phq-9", "open")]


def test_what_is_switched_off_does_not_come(cared, rule, held, opened, ruth, people):
    rule("sessions", 1, instrument="pcl-5")
    with people.inside():
        shelf.switch(people.actor(ruth), "pcl-5", on=False)
    held(cared)
    assert opened(cared) == []


def test_who_left_care_gets_nothing_by_weeks(cared, rule, clock, hourly, opened, amara, people):
    rule("weeks", 1)
    with people.inside():
        records.end_care(people.actor(amara), cared, amara)
    clock.move_to(MONDAY + timedelta(days=8))
    hourly()
    assert opened(cared) == []


def test_a_therapist_sees_who_has_not_finished_and_reminds_every_three_days(cared, rule, clock, held, at, amara, people):
    rule("sessions", 1)
    held(cared)
    browser = at(amara)
    browser.get("/questions-waiting")
    assert browser.says("Sam Byrne", "PHQ-9", "not begun", "From Thu 26 Nov on.") and "Remind kindly" not in browser.text
    clock.move_to(MONDAY + timedelta(days=3))
    with people.inside():
        (uid,) = session().scalars(select(Response.uid))
    browser = at(amara)
    browser.get("/questions-waiting")
    assert browser.says("Remind kindly")
    browser.send(f"/clients/{cared}/questionnaires/{uid}/remind")
    browser.send(f"/clients/{cared}/questionnaires/{uid}/remind")
    assert browser.says("Nothing was sent.")
    with people.inside():
        told = session().scalar(select(func.count()).select_from(Notification).where(Notification.to_uid == cared, Notification.kind == "questionnaire"))
        assert told == 2
        assert [row.action for row in session().scalars(select(AuditEntry).where(AuditEntry.action == "questionnaire.reminded"))] == ["questionnaire.reminded"]


def test_another_therapist_neither_sees_nor_reminds_nor_plans(cared, given, people):
    uid = given(cared)
    stranger = people.therapist("Tomas Vesely")
    with people.inside():
        who = people.actor(stranger)
        assert unanswered.unanswered(who) == []
        for act in (
            lambda: unanswered.remind(who, cared, uid),
            lambda: plans.add_for_patient(who, cared, Wish("phq-9", "never")),
            lambda: plans.pause(who, cared, None),
        ):
            with pytest.raises(NotFound):
                act()
        with pytest.raises((NotFound, Forbidden)):
            plans.add_for_clinic(who, Wish("phq-9", "weeks", 2))


def test_the_pages_make_and_end_rules_without_scripts(cared, ruth, amara, at, opened, held):
    admin, therapist = at(ruth), at(amara)
    admin.send("/questionnaires/when", instrument="gad-7", when="sessions", every="0", days="7")
    assert admin.status == 422 and admin.says("Write a number from 1 to 52.")
    admin.send("/questionnaires/when", instrument="gad-7", when="sessions", every="1", days="5")
    assert admin.says("GAD-7 after every session", "5 days to answer")
    therapist.get(f"/clients/{cared}/questions")
    assert therapist.says("GAD-7 after every session", "the clinic’s rule")
    therapist.send(f"/clients/{cared}/questions/pause", until="2026-11-01")
    assert therapist.status == 422
    therapist.send(f"/clients/{cared}/questions/pause")
    assert therapist.says("Paused. Nothing comes by itself")
    held(cared)
    assert opened(cared) == []
    therapist.send(f"/clients/{cared}/questions/go-on")
    therapist.send(f"/clients/{cared}/questions", instrument="pcl-5", when="weeks", every="3", days="7")
    assert therapist.says("PCL-5 every 3 weeks", "for this client")


def test_a_session_that_ends_is_counted_by_the_work_that_ends_it(cared, rule, clock, opened, amara, people, clinic):
    rule("sessions", 1)
    rule("first", instrument="gad-7")
    start = MONDAY + timedelta(days=1)
    with people.inside():
        placing.place(Placement(patient_uid=cared, therapist_uid=amara, service_uid=diary.services()[0].uid, start=start, end=start + timedelta(minutes=50), **PLACE))
    assert opened(cared) == [("gad-7", "open")]
    clock.move_to(start + timedelta(hours=2))
    with tenant_scope(clinic):
        scheduling_jobs.finish(clinic="harbour")
    assert opened(cared) == [("gad-7", "open"), ("phq-9", "open")]
    with people.inside():
        assert session().scalar(select(func.count()).select_from(SessionHeld)) == 1


@pytest.mark.postgres
def test_of_two_workers_at_once_one_gives_it(clinic_on_postgres, cared, rule, run_job, people, clock):
    rule("weeks")
    clock.move_to(MONDAY + timedelta(days=8))
    at_once([lambda: run_job(jobs.plan)] * 4)
    with people.inside():
        for model in (Response, DuePoint, Notification):
            assert session().scalar(select(func.count()).select_from(model)) == 1, model
