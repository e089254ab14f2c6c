"""One question a page, each answer stored at once, nobody else's to see."""

import re

import pytest
import time_machine
from sqlalchemy import select

from tests.features.progress.browsing import counted
from vtclinic.core.audit import AuditEntry
from vtclinic.core.errors import Invalid, NotFound
from vtclinic.core.events import subscribe
from vtclinic.core.uow import session
from vtclinic.features.progress import answering, results
from vtclinic.features.progress.api import QuestionnaireFinished
from vtclinic.features.progress.models import Answer, Response, StoredScore


def test_phq_9_takes_eleven_taps_and_is_then_stored(sam, given, at, people):
    uid, browser = given(sam), at(sam)
    browser.get(f"/progress/questions/{uid}")
    browser.send(f"/progress/questions/{uid}/start")
    for number in range(1, 9):
        assert 'type="radio"' not in browser.text
        browser.send(f"/progress/questions/{uid}/{number}", value=1)
    choosing_the_radio = 1
    assert browser.text.count('type="radio" name="value"') == 4
    browser.send(f"/progress/questions/{uid}/9", value=0)
    assert browser.taps + choosing_the_radio == 11
    assert browser.place.endswith("/done")
    with people.inside():
        view = results.latest_scores([sam])[sam]["phq-9"]
        assert (view.total, view.band, view.risk_answer) == (8, "mild", 0)


def test_the_start_page_says_what_it_is_how_long_who_sees_it_and_that_one_can_stop(sam, given, at):
    browser = at(sam)
    browser.get(f"/progress/questions/{given(sam)}")
    assert browser.says("Low mood", "9 short questions", "about 2 minutes", "Your care team sees your answers", "come back, on any device")
    assert browser.says("One question is about dying or hurting yourself", "You can skip any question")


def test_each_answer_is_saved_at_once_and_goes_on_on_another_device(sam, given, fill, at):
    uid = given(sam)
    fill(sam, uid, "1230")
    phone = at(sam)
    phone.get("/progress")
    assert phone.says("4 of 9 answered. They are saved.")
    phone.get(f"/progress/questions/{uid}")
    phone.send(f"/progress/questions/{uid}/start")
    assert phone.place.endswith(f"{uid}/5") and phone.says("Your 4 answers are saved.")


def test_back_shows_the_answer_so_far(sam, given, fill):
    uid = given(sam)
    browser = fill(sam, uid, "12")
    assert f"/{uid}/2" in browser.text
    browser.get(f"/progress/questions/{uid}/2")
    assert re.search(r'is-chosen" name="value" value="2"', browser.text)


def test_a_skipped_question_gives_no_total_and_the_patient_is_told_before_sending(sam, given, fill, people):
    uid = given(sam)
    browser = fill(sam, uid, "1111-1110")
    assert browser.place.endswith("/check") and browser.says("You skipped 1 question", "Skipped", "Send my answers")
    browser.send(f"/progress/questions/{uid}/check")
    assert browser.says("Some questions were skipped, so there is no number. That is fine.")
    with people.inside():
        view = results.latest_scores([sam])[sam]["phq-9"]
        assert (view.total, view.band) == (None, "")


def test_an_answer_that_does_not_exist_is_refused_in_words(sam, given, at):
    uid, browser = given(sam), at(sam)
    for wrong in ({"value": "7"}, {"value": "x"}, {}):
        assert browser.send(f"/progress/questions/{uid}/1", **wrong) == 422
        assert browser.says("Choose an answer, or skip the question.")


def test_a_question_that_does_not_exist_is_not_found(sam, given, at):
    browser = at(sam)
    uid = given(sam)
    browser.get(f"/progress/questions/{uid}/10")
    assert browser.status == 404
    assert browser.send(f"/progress/questions/{uid}/10", value="1") == 404


@pytest.mark.parametrize("path", ["", "/1", "/support", "/check", "/done", "/go-on"])
def test_another_patients_questionnaire_is_not_found(path, sam, given, people, at):
    uid, stranger = given(sam), at(people.patient("Kim Doyle"))
    stranger.get(f"/progress/questions/{uid}{path}")
    assert stranger.status == 404


@pytest.mark.parametrize("path", ["/start", "/1", "/support", "/check"])
def test_another_patient_cannot_answer(path, sam, given, people, at):
    uid, stranger = given(sam), at(people.patient("Kim Doyle"))
    assert stranger.send(f"/progress/questions/{uid}{path}", value="1", safe="no") == 404


def test_staff_cannot_open_a_patients_pages(sam, given, amara, people, at):
    people.pair(sam, amara)
    uid = given(sam)
    browser = at(amara)
    browser.get(f"/progress/questions/{uid}/1")
    assert browser.status == 403


def test_the_sensitive_question_is_announced_and_help_stands_in_the_page_before_any_request(sam, given, fill):
    browser = fill(sam, given(sam), "00000000")
    assert browser.says(
        "Question 9 of 9", "This question is about dying or hurting yourself. You can skip it.", "Unless it is “Not at all”"
    )
    assert browser.text.count("vt-choice is-risk") == 3
    assert 'class="vt-reveal"' in browser.text and 'href="tel:116123"' in browser.text and 'href="tel:112"' in browser.text
    assert browser.says("You are not in trouble and nothing is cancelled.", "Are you safe right now?")


def test_the_help_is_repeated_on_the_next_page_and_asks_again(sam, given, fill):
    browser = fill(sam, given(sam), "000000001")
    assert browser.place.endswith("/support")
    assert browser.says("Thank you for telling us", "Call 116 123", "Call 112", "Are you safe right now?", "You are not in trouble")
    assert "risk" not in re.sub(r"<[^>]+>", " ", browser.text).lower()


def test_a_safe_answer_that_came_along_is_not_asked_twice(sam, given, fill, people):
    uid = given(sam)
    browser = fill(sam, uid, "00000000")
    browser.send(f"/progress/questions/{uid}/9", value="1", safe="yes")
    assert browser.place.endswith("/support") and browser.says("Good that you are safe right now.") and 'name="safe"' not in browser.text
    with people.inside():
        assert answering.sheet(people.actor(sam), uid).response.safety == "yes"


def test_a_safe_answer_beside_not_at_all_is_not_taken(sam, given, fill, people):
    uid = given(sam)
    fill(sam, uid, "00000000").send(f"/progress/questions/{uid}/9", value="0", safe="no")
    with people.inside():
        assert answering.sheet(people.actor(sam), uid).response.safety is None


def test_safety_cannot_be_answered_where_nothing_was_said(sam, given, fill):
    uid = given(sam)
    browser = fill(sam, uid, "000000000")
    assert browser.send(f"/progress/questions/{uid}/support", safe="no") == 404


def test_a_wrong_safe_answer_is_refused_and_none_at_all_lets_one_go_on(sam, given, fill):
    uid = given(sam)
    browser = fill(sam, uid, "000000001")
    assert browser.send(f"/progress/questions/{uid}/support", safe="maybe") == 422
    browser.get(f"/progress/questions/{uid}/go-on")
    assert browser.place.endswith("/done")


def test_an_answer_can_be_changed_for_an_hour_and_both_are_kept(sam, given, fill, people, at):
    uid = given(sam)
    with time_machine.travel("2026-11-23T10:00:00Z", tick=True):
        fill(sam, uid, "100000000")
        at(sam).send(f"/progress/questions/{uid}/1", value="3")
    with people.inside():
        who = people.actor(sam)
        sheet = answering.sheet(who, uid)
        assert (sheet.value_of(1), sheet.answers[1].earlier) == (3, [1])
        assert results.latest_scores([sam])[sam]["phq-9"].total == 3
    with time_machine.travel("2026-11-23T11:30:00Z", tick=True):
        browser = at(sam)
        assert browser.send(f"/progress/questions/{uid}/1", value="0") == 409
        assert browser.says("These answers are with your care team now.")


def test_the_same_answer_twice_is_one_answer(sam, given, at, people):
    uid, browser = given(sam), at(sam)
    browser.send(f"/progress/questions/{uid}/1", value="2")
    browser.send(f"/progress/questions/{uid}/1", value="2")
    with people.inside():
        sheet = answering.sheet(people.actor(sam), uid)
        assert sheet.answered == 1 and sheet.answers[1].earlier == []


def test_an_open_questionnaire_is_not_given_twice(sam, given):
    assert given(sam) == given(sam)
    assert given(sam, "gad-7") != given(sam)


def test_every_answer_and_every_look_is_audited_without_words(sam, given, fill, people):
    uid = given(sam)
    fill(sam, uid, "000000001")
    with people.inside():
        rows = list(session().scalars(select(AuditEntry).where(AuditEntry.subject_uid == str(uid)).order_by(AuditEntry.seq)))
        actions = [row.action for row in rows]
        assert actions.count("questionnaire.answer") == 9 and "questionnaire.read" in actions
        assert {"questionnaire.assign", "questionnaire.start", "questionnaire.finish"} <= set(actions)
        assert all(row.patient_uid == sam and row.reason is None for row in rows)


def test_a_stolen_database_shows_no_answer_and_not_even_its_length(sam, given, fill, people, clinic):
    uid = given(sam)
    fill(sam, uid, "0123-3213").send(f"/progress/questions/{uid}/support", safe="no")
    other = given(sam, "gad-7")
    fill(sam, other, "3333333")
    with people.inside():
        columns = ((Answer, Answer.kept_sealed), (StoredScore, StoredScore.result_sealed), (Response, Response.safety_sealed))
        for model, column in columns:
            lengths = {len(value) for value in session().scalars(select(column)) if value is not None}
            assert len(lengths) == 1, model
    for file in clinic.files.parent.rglob("*"):
        if file.is_file():
            raw = file.read_bytes()
            for words in (b'"total"', b"severe", b"unsure", b'"risk_answer"', b"[3, ", b"[0]"):
                assert words not in raw, (file, words)


@pytest.mark.parametrize(
    ("path", "limit"),
    [("/progress", 8), ("/progress/questions/{uid}", 8), ("/progress/questions/{uid}/9", 9), ("/progress/questions/{uid}/check", 8)],
)
def test_pages_cost_the_same_few_queries_however_much_there_is(path, limit, sam, given, fill, at, clinic):
    for _ in range(3):
        fill(sam, given(sam), "111111110")
    uid = given(sam)
    fill(sam, uid, "11111111")
    browser = at(sam)
    browser.get("/progress")
    with counted(clinic) as seen:
        assert browser.client.get(path.format(uid=uid)).status_code in (200, 303)
    assert len(seen) <= limit, "\n".join(seen)


def test_an_unknown_questionnaire_is_not_given(sam, people):
    with people.inside(), pytest.raises(NotFound):
        answering.assign(people.actor(sam), sam, "epds")


def test_answers_of_the_wrong_kind_never_reach_the_database(sam, given, people):
    uid = given(sam)
    with people.inside(), pytest.raises(Invalid):
        answering.answer(people.actor(sam), uid, 1, 4)


def test_the_end_of_the_working_day_is_what_a_patient_is_told(sam, given, fill):
    uid = given(sam)
    with time_machine.travel("2026-11-23T10:00:00Z", tick=True):
        assert fill(sam, uid, "00000000").says("one of them reads it today and may call you")
    with time_machine.travel("2026-11-27T18:00:00Z", tick=True):
        assert fill(sam, uid, "00000000").says("one of them reads it by Monday 30 November, 17:00 and may call you")


def test_a_raise_after_the_answer_undoes_the_answer_too(sam, given, people):
    uid = given(sam)
    with pytest.raises(ZeroDivisionError), people.inside():
        answering.answer(people.actor(sam), uid, 9, 1)
        raise ZeroDivisionError
    with people.inside():
        assert answering.sheet(people.actor(sam), uid).answered == 0


def test_the_end_of_a_questionnaire_is_told_once(sam, given, fill, people):
    told = []
    subscribe(QuestionnaireFinished, told.append)
    uid = given(sam)
    fill(sam, uid, "111111110").send(f"/progress/questions/{uid}/1", value="2")
    assert told == [QuestionnaireFinished(sam, uid, "phq-9")]
