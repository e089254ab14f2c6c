"""One owner at a time; who sees what; closing needs an act and a reason."""

import re
from functools import partial

import pytest
from sqlalchemy import select

from vtclinic.core.audit import AuditEntry
from vtclinic.core.errors import Conflict
from vtclinic.core.uow import session
from vtclinic.features.crisis import acting, api
from vtclinic.features.crisis.models import RiskAct, RiskTask
from vtclinic.features.crisis.reading import OPEN
from vtclinic.identity.service import counter


@pytest.fixture
def ben(people):
    return people.therapist("Ben Cole")


@pytest.fixture
def raised(people, sam, given, fill):
    """Raise a task about Sam; returns its uid."""

    def make(values="000000001", safe=""):
        uid = given(sam)
        browser = fill(sam, uid, values)
        if safe:
            browser.send(f"/progress/questions/{uid}/support", safe=safe)
        with people.inside():
            return session().scalars(select(RiskTask.uid).where(RiskTask.response_uid == uid)).one()

    return make


@pytest.fixture
def the(people):
    def read(uid):
        with people.inside():
            return session().get(RiskTask, uid)

    return read


def test_two_who_take_it_at_once_one_wins_and_the_other_reads_who(raised, amara, ben, people, the):
    uid, actors = raised(), [people.actor(amara), people.actor(ben)]
    ends = people.at_once([partial(acting.take, who, uid) for who in actors], told=Conflict)
    won, lost = ([pair for pair in zip(actors, ends, strict=True) if isinstance(pair[1], Conflict) is told] for told in (False, True))
    assert len(won) == len(lost) == 1
    assert the(uid).owner_uid == won[0][0].uid and won[0][0].name in lost[0][1].message


def test_taking_twice_is_taking_once(raised, amara, at, people):
    uid, browser = raised(), at(amara)
    assert [browser.send(f"/risk/{uid}/take") for _ in range(2)] == [303, 303]
    with people.inside():
        assert [row.kind for row in session().scalars(select(RiskAct))].count("took") == 1


def test_any_therapist_sees_an_unowned_task_by_name_but_not_what_was_said(raised, amara, at):
    uid, browser = raised(), at(amara)
    browser.get("/risk")
    assert browser.says("Sam Byrne", "nobody has it", "Take it")
    browser.get(f"/risk/{uid}")
    assert browser.says("Sam Byrne", "You see what was said once you take this task.")
    assert "Several days" not in browser.text and "better off dead" not in browser.text


def test_whoever_takes_it_reads_everything_needed_to_act(raised, amara, at, people, sam):
    with people.inside():
        from vtclinic.features.records import api as records

        records.change_profile(
            people.actor(sam),
            sam,
            place={"country": "DE", "region": "", "city": "Bremen"},
            emergency_contact={"name": "Jo Byrne", "relation": "sister", "phone": "+353 87 111 2222"},
            safe_contact={"call": True, "phone": "+353 87 123 4567"},
        )
    uid, browser = raised(safe="unsure"), at(amara)
    browser.send(f"/risk/{uid}/take")
    assert browser.says(
        "“Several days”", "better off dead", "PHQ-9", "I’m not sure", "Bremen, Germany", "Jo Byrne", "+353 87 111 2222", "+353 87 123 4567"
    )
    assert browser.says("Numbers for Germany", "0800 1110111", "112", "Who was told", "Amara Okafor", "took this task")


def test_a_therapist_in_care_reads_it_without_owning_it(raised, amara, ben, at, people, sam):
    uid = raised()
    at(ben).send(f"/risk/{uid}/take")
    browser = at(amara)
    browser.get(f"/risk/{uid}")
    assert browser.status == 404
    people.pair(sam, amara)
    browser.get(f"/risk/{uid}")
    assert browser.says("“Several days”") and "Write down what you did" not in browser.text


def test_another_therapist_finds_nothing_and_may_do_nothing(raised, amara, ben, at):
    uid = raised()
    at(amara).send(f"/risk/{uid}/take")
    browser = at(ben)
    browser.get("/risk")
    assert "Sam" not in browser.text
    browser.get(f"/risk/{uid}")
    assert browser.status == 404
    assert browser.send(f"/risk/{uid}/act", kind="called") == 404
    assert browser.send(f"/risk/{uid}/close", reason="agreed", words="x") == 404
    assert browser.send(f"/risk/{uid}/hand-over", to=str(ben)) == 404


def test_patients_never_reach_these_pages(raised, sam, at):
    uid, browser = raised(), at(sam)
    for path in ("/risk", f"/risk/{uid}"):
        browser.get(path)
        assert browser.status == 403


def test_a_clinic_admin_sees_numbers_and_states_only(raised, people, at):
    uid = raised("000000003")
    browser = at(people.admin())
    browser.get("/risk")
    assert browser.says("nobody has begun", "You see how many there are, not who or why.")
    assert "Sam" not in browser.text and str(uid) not in browser.text
    browser.get(f"/risk/{uid}")
    assert browser.status == 403


def test_closing_needs_an_act_first_and_a_reason_and_words(raised, amara, at, the):
    uid, browser = raised(), at(amara)
    browser.send(f"/risk/{uid}/take")
    assert browser.send(f"/risk/{uid}/close", reason="agreed", words="We spoke.") == 409
    assert browser.says("Write down first what you did. Then you can close this task.") and the(uid).is_open
    assert browser.send(f"/risk/{uid}/act", kind="reached", words="Spoke for ten minutes") == 303
    assert the(uid).state == "contact_attempted"
    assert browser.send(f"/risk/{uid}/close", words="We spoke.") == 422
    assert browser.send(f"/risk/{uid}/close", reason="agreed") == 422
    assert browser.send(f"/risk/{uid}/close", reason="agreed", words="Plan: call on Friday") == 303
    found = the(uid)
    assert (found.state, found.close_reason) == ("resolved", "agreed") and found.closed_at
    browser.get("/risk?show=closed")
    assert browser.says("Sam Byrne", "closed")


def test_a_task_given_to_an_emergency_service_is_transferred(raised, amara, at, the):
    uid, browser = raised(), at(amara)
    browser.send(f"/risk/{uid}/take")
    browser.send(f"/risk/{uid}/act", kind="called")
    browser.send(f"/risk/{uid}/close", reason="emergency", words="Ambulance is there")
    assert the(uid).state == "transferred"


def test_a_closed_task_takes_no_more_acts(raised, amara, at):
    uid, browser = raised(), at(amara)
    browser.send(f"/risk/{uid}/take")
    browser.send(f"/risk/{uid}/act", kind="called")
    browser.send(f"/risk/{uid}/close", reason="agreed", words="Done")
    assert browser.send(f"/risk/{uid}/act", kind="called") == 404
    assert browser.send(f"/risk/{uid}/take") == 409


def test_what_was_written_is_kept_when_the_form_is_refused(raised, amara, at):
    uid, browser = raised(), at(amara)
    browser.send(f"/risk/{uid}/take")
    assert browser.send(f"/risk/{uid}/act", words="They sounded calm") == 422
    assert browser.says("Choose what you did.", "They sounded calm")


def test_handing_over_leaves_one_owner_who_has_to_take_it(raised, amara, ben, at, the):
    uid, browser = raised(), at(amara)
    browser.send(f"/risk/{uid}/take")
    assert browser.send(f"/risk/{uid}/hand-over", to=str(ben), words="I am off at five") == 303
    assert (the(uid).owner_uid, the(uid).state) == (ben, "raised")
    browser.get(f"/risk/{uid}")
    assert browser.status == 404
    other = at(ben)
    other.get(f"/risk/{uid}")
    assert other.says("I am off at five", "handed it to", "Take it")
    other.send(f"/risk/{uid}/take")
    assert the(uid).state == "acknowledged"


@pytest.mark.parametrize("to", ["", "nonsense", "self", "patient", "admin"])
def test_only_a_colleague_who_works_here_can_get_it(to, raised, amara, sam, people, at, the):
    uid, browser = raised(), at(amara)
    browser.send(f"/risk/{uid}/take")
    chosen = {"self": amara, "patient": sam}.get(to) or (people.admin() if to == "admin" else to)
    assert browser.send(f"/risk/{uid}/hand-over", to=str(chosen)) == 422
    assert the(uid).owner_uid == amara


def test_a_late_task_may_be_taken_by_anybody(raised, amara, ben, people, sam, at, the):
    import time_machine

    people.pair(sam, amara)
    with time_machine.travel("2026-11-23T10:00:00Z", tick=True) as clock:
        uid = raised("000000002")
        assert at(ben).send(f"/risk/{uid}/take") == 409
        clock.shift(16 * 60)
        browser = at(ben)
        browser.get("/risk")
        assert browser.says("late")
        assert browser.send(f"/risk/{uid}/take") == 303
    assert the(uid).owner_uid == ben


def test_an_answer_given_again_after_closing_raises_it_anew(raised, amara, sam, at, the, given, fill):
    uid, browser = raised(), at(amara)
    browser.send(f"/risk/{uid}/take")
    browser.send(f"/risk/{uid}/act", kind="reached")
    browser.send(f"/risk/{uid}/close", reason="agreed", words="Done")
    at(sam).send(f"/progress/questions/{the(uid).response_uid}/9", value="3")
    found = the(uid)
    assert (found.state, found.level, found.owner_uid) == ("raised", "now", None)
    browser.send(f"/risk/{uid}/take")
    assert browser.send(f"/risk/{uid}/close", reason="agreed", words="Done") == 409


def test_every_look_and_act_is_audited(raised, amara, at, people):
    uid, browser = raised(), at(amara)
    browser.get("/risk")
    browser.get(f"/risk/{uid}")
    browser.send(f"/risk/{uid}/take")
    browser.send(f"/risk/{uid}/act", kind="called", words="canary words")
    with people.inside():
        rows = [row for row in session().scalars(select(AuditEntry)) if row.actor_uid == amara and row.action.startswith("risk.")]
        assert {"risk.queue", "risk.read", "risk.take", "risk.act"} == {row.action for row in rows}
        assert not any("canary" in (row.reason or "") for row in rows)


def test_a_stolen_database_shows_no_word_of_the_ledger(raised, amara, at, clinic):
    uid, browser = raised(), at(amara)
    browser.send(f"/risk/{uid}/take")
    browser.send(f"/risk/{uid}/act", kind="called", words="canary in the ledger")
    assert browser.says("canary in the ledger")
    assert all(b"canary" not in file.read_bytes() for file in clinic.files.parent.rglob("*") if file.is_file())


def test_another_clinics_therapist_finds_nothing(raised, people, app, browse):
    from tests.features.progress.browsing import Browser

    uid = raised()
    there = people.therapist("Nora Quinn", clinic="northside")
    browser = Browser(people.sign_in(app, browse("northside"), there, clinic="northside"))
    browser.get(f"/risk/{uid}")
    assert browser.status == 404


def test_the_count_in_the_navigation_is_what_the_queue_lists(raised, amara, people):
    raised()
    raised("000000002")
    with people.inside():
        who = people.actor(amara)
        assert session().scalar(select(counter(OPEN)(who))) == len(api.open_tasks(who)) == 2
        assert api.open_tasks(who)[0].level == "now"
        assert {len(found) for found in api.open_tasks_about([row.patient_uid for row in api.open_tasks(who)]).values()} == {2}


def test_the_queue_a_task_and_the_rota_cost_eight_queries_however_long_they_are(raised, amara, at, people, given, fill, count_queries):
    browser = at(amara)

    def cost(path):
        with count_queries() as asked:
            assert browser.client.get(path).status_code == 200
        return asked

    first = raised()
    browser.get("/risk")
    few = cost("/risk").reads
    for name in ("Kim Doyle", "Lee Walsh", "Pat Flynn"):
        other = people.patient(name)
        fill(other, given(other), "000000001")
    browser.send(f"/risk/{first}/take")
    browser.send(f"/risk/{first}/act", kind="called", words="Nobody there")
    assert few <= cost("/risk").reads <= 8
    for path in (f"/risk/{first}", "/duty"):
        found = cost(path)
        assert found.reads <= 8, "\n".join(re.sub(r"\s+", " ", words)[:160] for words in found.statements)
