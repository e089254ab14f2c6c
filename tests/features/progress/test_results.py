"""Results in words, to the patient and to the therapists in whose care they are; nobody else."""

import re

import pytest
import time_machine
from sqlalchemy import select

from tests.features.progress.browsing import counted
from vtclinic.core.audit import AuditEntry
from vtclinic.core.errors import NotFound
from vtclinic.core.uow import session, unit_of_work
from vtclinic.features.progress import results
from vtclinic.features.progress.chart import draw
from vtclinic.features.progress.promise import read_by


@pytest.fixture
def history(sam, given, fill):
    """Sam's PHQ-9 over ten weeks: 17, 12, 9."""
    made = []
    for day, values in (("2026-09-13", "232221230"), ("2026-10-11", "222221100"), ("2026-11-22", "111111111")):
        with time_machine.travel(f"{day}T10:00:00Z", tick=True):
            made.append(given(sam))
            fill(sam, made[-1], values)
    return made


def test_the_patient_reads_score_band_and_change_in_plain_words(sam, history, at):
    with time_machine.travel("2026-11-23T10:00:00Z", tick=True):
        browser = at(sam)
        browser.get("/progress")
    assert browser.says(
        "9 on Sunday 22 November.", "The authors of these questions call this “mild”.", "You started at 17.", "That is 8 points lower."
    )
    assert browser.says("That is more than the usual ups and downs.", "They are not a diagnosis.", "start")
    assert browser.text.count('<svg class="vt-chart') == 2


def test_a_small_change_is_called_within_the_usual_ups_and_downs(sam, given, fill, at):
    for values in ("222222000", "222211000"):
        fill(sam, given(sam), values)
    browser = at(sam)
    browser.get("/progress")
    assert browser.says("That is 2 points lower.", "That is within the usual ups and downs.")


def test_one_result_is_a_point_without_a_line(sam, given, fill, at):
    fill(sam, given(sam), "111111110")
    browser = at(sam)
    browser.get("/progress")
    assert "vt-chart" in browser.text and 'class="line"' not in browser.text


def test_a_skipped_question_is_a_gap_and_no_point(sam, history, given, fill, people):
    with time_machine.travel("2026-11-30T10:00:00Z", tick=True):
        uid = given(sam)
        fill(sam, uid, "11-111110").send(f"/progress/questions/{uid}/check")
    with people.inside():
        _, (series,) = results.my_progress(people.actor(sam), sam)
        assert [point.total for point in draw(series)[0].points] == [17, 12, 9]
        assert series.latest.total is None and series.latest.change is None


def test_the_line_stands_in_real_time(sam, history, people):
    with people.inside():
        _, (series,) = results.my_progress(people.actor(sam), sam)
        first, middle, last = draw(series)[0].points
    assert (middle.x - first.x) / (last.x - first.x) == pytest.approx(28 / 70, abs=0.01)


def test_the_therapist_reads_the_risk_item_first_then_total_band_change_and_every_answer(sam, amara, people, history, at):
    people.pair(sam, amara)
    browser = at(amara)
    browser.get(f"/clients/{sam}/results/{history[-1]}")
    assert browser.says(
        "Question 9: Several days", "“Are you safe right now?” was not answered.", "9 of 27", "mild", "Kroenke, Spitzer, Williams 2001"
    )
    assert browser.says(
        "8 points lower than the baseline of 17.", "Reliably better (6 or more), and below the line of 10.", "NHS Talking Therapies manual"
    )
    plain = re.sub(r"<[^>]+>", " ", browser.text)
    assert plain.index("Question 9: Several days") < plain.index("Total") < plain.index("Every answer")
    assert plain.count("Several days") == 10


def test_an_earlier_result_is_compared_with_what_was_known_then(sam, amara, people, history, at):
    people.pair(sam, amara)
    browser = at(amara)
    browser.get(f"/clients/{sam}/results/{history[0]}")
    assert browser.says("This is the first result: the baseline.") and "Question 9:" not in browser.text
    browser.get(f"/clients/{sam}/results/{history[1]}")
    assert browser.says("5 points lower than the baseline of 17.", "Not a reliable change (6 or more is).")


def test_answers_show_before_the_questionnaire_is_finished(sam, amara, people, given, fill, at):
    people.pair(sam, amara)
    uid = given(sam)
    fill(sam, uid, "12")
    browser = at(amara)
    browser.get(f"/clients/{sam}/results/{uid}")
    assert browser.says("not finished", "2 of 9 answered. No total.", "Not reached")


@pytest.mark.parametrize("who", ["stranger", "admin"])
def test_nobody_outside_the_care_finds_a_result(who, sam, people, history, at):
    browser = at(people.therapist("Ben Cole") if who == "stranger" else people.admin())
    browser.get(f"/clients/{sam}/results/{history[-1]}")
    assert browser.status == (404 if who == "stranger" else 403)
    assert "better off dead" not in browser.text


def test_a_result_is_not_found_under_another_clients_name(sam, amara, people, history, at):
    kim = people.patient("Kim Doyle")
    people.pair(kim, amara)
    browser = at(amara)
    browser.get(f"/clients/{kim}/results/{history[-1]}")
    assert browser.status == 404


def test_a_questionnaire_nobody_began_has_no_result(sam, amara, people, given, at):
    people.pair(sam, amara)
    browser = at(amara)
    browser.get(f"/clients/{sam}/results/{given(sam)}")
    assert browser.status == 404


def test_reading_a_result_is_audited(sam, amara, people, history, at):
    people.pair(sam, amara)
    at(amara).get(f"/clients/{sam}/results/{history[-1]}")
    with people.inside():
        rows = [row for row in session().scalars(select(AuditEntry)) if row.action == "result.read"]
        assert [(row.actor_uid, row.patient_uid, row.subject_uid) for row in rows] == [(amara, sam, str(history[-1]))]


def test_the_file_lists_questionnaires_and_gives_new_ones(sam, amara, people, history, at):
    people.pair(sam, amara)
    browser = at(amara)
    browser.get(f"/clients/{sam}")
    assert browser.says("Questions and scores", "PHQ-9", "17", "moderately severe", "risk answer")
    assert browser.send(f"/clients/{sam}/questionnaires", instrument="pcl-5") == 303
    patient = at(sam)
    patient.get("/progress")
    assert patient.says("After a frightening event", "20 questions. You can stop and come back.")


def test_a_therapist_gives_nothing_to_somebody_elses_patient(sam, amara, at):
    assert at(amara).send(f"/clients/{sam}/questionnaires", instrument="phq-9") == 404


def test_newest_scores_of_many_take_two_queries(people, given, fill, in_clinic):
    with unit_of_work():
        several = [people.patient(name) for name in ("Sam Byrne", "Kim Doyle", "Lee Walsh")]
    with counted(in_clinic) as seen, unit_of_work(write=False):
        assert results.latest_scores(several) == {}
    assert len(seen) <= 2
    with unit_of_work(), pytest.raises(NotFound):
        results.statement(several[0], 9)


def test_the_result_page_costs_the_same_however_long_the_history(sam, amara, people, history, given, fill, at, clinic):
    people.pair(sam, amara)
    browser = at(amara)
    path = f"/clients/{sam}/results/{history[0]}"
    browser.get(path)
    with counted(clinic) as few:
        browser.client.get(path)
    for _ in range(3):
        fill(sam, given(sam), "111111110")
    with counted(clinic) as many:
        browser.client.get(path)
    assert len(few) == len(many) <= 13, "\n".join(many)


def test_the_promise_for_now_is_a_quarter_of_an_hour():
    from datetime import UTC, datetime, timedelta

    at = datetime(2026, 11, 28, 23, tzinfo=UTC)
    assert read_by("now", at, "Europe/Dublin") - at == timedelta(minutes=15)


def test_patient_and_therapist_see_the_same_chart_and_only_the_therapist_the_hint(sam, amara, given, fill, at, people):
    people.pair(sam, amara)
    for digits in ("100000000", "111111110"):
        fill(sam, given(sam), digits)
    patient, therapist = at(sam), at(amara)
    patient.get("/progress")
    therapist.get(f"/clients/{sam}/results")
    for browser in (patient, therapist):
        assert browser.text.count("<svg class=\"vt-chart") == 2 and browser.says("Cut-off: 10", "7 higher", "start")
    assert therapist.says("It may be worth a talk") and "worth a talk" not in patient.text
    stranger = at(people.therapist("Tomas Vesely"))
    stranger.get(f"/clients/{sam}/results")
    assert stranger.status == 404
