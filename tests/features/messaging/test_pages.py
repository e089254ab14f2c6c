"""Message pages work without JavaScript, for the two people alone, at a fixed cost."""

import re
from uuid import uuid4

import pytest

from vtclinic.features.messaging import service
from vtclinic.features.records import api as records

MOST = 8


@pytest.fixture
def pair(people):
    sam, amara = people.patient("Sam Byrne"), people.therapist("Amara Okafor")
    people.pair(sam, amara)
    with people.inside():
        thread = service.open_thread(people.actor(sam), sam, amara).uid
    return sam, amara, thread


@pytest.fixture
def fill(people, pair):
    def fill(count):
        sam, amara, thread = pair
        with people.inside():
            for number in range(count):
                service.send_message(people.actor(sam if number % 2 else amara), thread, f"line {number}", uuid4().hex)

    return fill


def fields_of(text):
    form = text.split('id="write"')[1]
    return {name: re.search(rf'name="{name}" value="([^"]+)"', form)[1] for name in ("csrf_token", "client_id")}


def test_a_message_goes_without_javascript_and_a_second_press_sends_nothing(app, browse, people, pair):
    sam, amara, thread = pair
    patient = people.sign_in(app, browse(), sam)
    sent = fields_of(patient.get(f"/messages/{thread}").text) | {"body": "Hello <b>Amara</b>"}
    for _ in range(2):
        assert patient.post(f"/messages/{thread}", data=sent).status_code == 303
    shown = people.sign_in(app, browse(), amara).get(f"/messages/{thread}").text
    assert shown.count("Hello &lt;b&gt;Amara&lt;/b&gt;") == 1
    assert "<b>Amara</b>" not in shown


def test_an_empty_message_comes_back_with_a_sentence(app, browse, people, pair):
    sam, _amara, thread = pair
    patient = people.sign_in(app, browse(), sam)
    sent = fields_of(patient.get(f"/messages/{thread}").text) | {"body": " "}
    answer = patient.post(f"/messages/{thread}", data=sent)
    assert answer.status_code == 422
    assert "Write something before you send." in answer.text


def test_a_saved_draft_stands_in_the_field(app, browse, people, pair):
    sam, _amara, thread = pair
    patient = people.sign_in(app, browse(), sam)
    sent = fields_of(patient.get(f"/messages/{thread}").text) | {"body": "half a thought", "save_draft": "1"}
    assert patient.post(f"/messages/{thread}", data=sent).status_code == 303
    assert "half a thought</textarea>" in patient.get(f"/messages/{thread}").text


def test_without_a_token_nothing_is_sent(app, browse, people, pair):
    sam, _amara, thread = pair
    patient = people.sign_in(app, browse(), sam)
    assert patient.post(f"/messages/{thread}", data={"body": "hello", "client_id": "a-good-name"}).status_code == 400


@pytest.mark.parametrize("path", ["/messages/{}", "/messages/{}/since/0"])
def test_another_patients_thread_is_not_found(app, browse, people, pair, path):
    stranger = people.sign_in(app, browse(), people.patient("Other Patient"))
    assert stranger.get(path.format(pair[2])).status_code == 404
    assert stranger.get(path.format(uuid4())).status_code == 404


def test_after_care_the_composer_is_gone_and_the_words_are_there(app, browse, people, pair, fill):
    sam, amara, thread = pair
    fill(2)
    with people.inside():
        records.end_care(people.actor(sam), sam, amara)
    text = people.sign_in(app, browse(), sam).get(f"/messages/{thread}").text
    assert "line 1" in text
    assert "<textarea" not in text
    assert people.sign_in(app, browse(), amara).get(f"/messages/{thread}").status_code == 404


def test_a_long_thread_shows_its_end_and_leads_to_the_rest(app, browse, people, pair, fill):
    sam, _amara, thread = pair
    fill(60)
    patient = people.sign_in(app, browse(), sam)
    text = patient.get(f"/messages/{thread}").text
    assert "line 59" in text
    assert "line 9<" not in text
    assert "line 9<" in patient.get(f"/messages/{thread}?before=11").text


@pytest.mark.parametrize("count", [2, 45])
@pytest.mark.parametrize("side", [0, 1])
def test_pages_ask_little_however_much_there_is(app, browse, people, pair, fill, count_queries, count, side):
    fill(count)
    browser, thread = people.sign_in(app, browse(), pair[side]), pair[2]
    for path in ("/messages", f"/messages/{thread}", f"/messages/{thread}/since/1"):
        with count_queries() as asked:
            assert browser.get(path).status_code == 200
        assert asked.reads <= MOST, [statement[:90] for statement in asked.statements]
