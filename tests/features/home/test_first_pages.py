"""First pages: each role gets its own, useful and cheap."""

import pytest


@pytest.fixture
def sam(people):
    return people.patient("Sam Byrne")


def test_a_stranger_reads_what_happens_here(client):
    answer = client.get("/")
    assert answer.status_code == 200
    assert "Open an account" in answer.text
    assert "Get help now" in answer.text


@pytest.mark.parametrize(("make", "path"), [("patient", "/home"), ("therapist", "/today"), ("admin", "/overview")])
def test_the_front_door_leads_each_role_to_its_own_page(app, client, people, make, path):
    people.sign_in(app, client, getattr(people, make)())
    assert client.get("/").headers["Location"] == path
    assert client.get(path).status_code == 200


def test_home_is_the_patients_alone(app, client, people):
    people.sign_in(app, client, people.therapist())
    assert client.get("/home").status_code == 403
    assert client.get("/overview").status_code == 403


def test_a_new_patient_is_led_to_the_questions(app, client, people, sam):
    text = people.sign_in(app, client, sam).get("/home").text
    assert "Hello, Sam" in text
    assert "Tell us what you need" in text


def test_closed_first_steps_stay_closed(app, client, people, sam):
    people.sign_in(app, client, sam)
    assert "First steps" in client.get("/home").text
    token = client.get("/home").text.split('name="csrf_token" value="')[1].split('"')[0]
    for _ in range(2):
        assert client.post("/first-steps/close", data={"csrf_token": token}).status_code == 303
    assert "First steps" not in client.get("/home").text
