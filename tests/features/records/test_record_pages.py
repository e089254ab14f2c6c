"""The pages of a patient about themselves, and of a therapist about clients."""

import re
from uuid import uuid4

import pytest
from sqlalchemy import Engine, event, select

from vtclinic.core.audit import AuditEntry
from vtclinic.core.uow import unit_of_work
from vtclinic.features.records import api as records


@pytest.fixture
def maya(people):
    return people.patient("Maya Ortiz")


@pytest.fixture
def amara(people):
    return people.therapist("Amara Okafor")


@pytest.fixture
def her(app, browse, people, maya):
    return people.sign_in(app, browse(), maya)


@pytest.fixture
def therapist(app, browse, people, amara):
    return people.sign_in(app, browse(), amara)


def post(client, path, **values):
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(path).text)[1]
    return client.post(path, data={"csrf_token": token} | values)


def queries(call) -> int:
    seen = []

    def note(_connection, _cursor, statement, *_rest):
        seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        call()
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    # Once a second a process asks whether the directory of clinics has changed.
    return len([statement for statement in seen if "directory_version" not in statement and not statement.startswith(("INSERT", "UPDATE"))])


@pytest.mark.parametrize(
    ("topic", "values", "shown"),
    [
        ("name", {"preferred_name": "May"}, "May"),
        ("pronouns", {"pronouns": "she/her"}, "she/her"),
        ("pronouns", {"pronouns": "own", "own_words": "ze/zir"}, "ze/zir"),
        ("languages", {"languages": ["en", "es"], "more": "eu"}, "English, Spanish, Basque"),
        ("birthday", {"day": "28", "month": "2", "year": "1990"}, "28 February 1990"),
        ("place", {"country": "US", "region": "US-CA", "city": "Fresno"}, "Fresno, California, United States"),
        ("clock", {"timezone": "Europe/Madrid"}, "Madrid"),
        ("contact", {"call": "y", "phone": "+353 87 123 4567"}, "E-mail: no. Text: no. Call: yes, +353 87 123 4567. Do not name the clinic."),
        ("emergency", {"contact_name": "Lucía", "relation": "sister", "contact_phone": "+353 87 765 4321", "agreed": "y"}, "Lucía, sister, +353 87 765 4321"),
    ],
)
def test_each_answer_is_saved_and_shown(her, topic, values, shown):
    answer = post(her, f"/profile/{topic}", **values)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/profile")
    assert shown in her.get("/profile").text


@pytest.mark.parametrize(
    ("topic", "values", "sentence"),
    [
        ("birthday", {"day": "31", "month": "2", "year": "1990"}, "Write a real day"),
        ("birthday", {"day": "1", "month": "2", "year": "2020"}, "18 or older"),
        ("place", {"country": "IE", "region": "US-CA"}, "state or province of that country"),
        ("place", {}, "Choose a country"),
        ("contact", {"text": "y"}, "Write the number we may use."),
        ("emergency", {"contact_name": "Lucía", "contact_phone": "+353 87 765 4321"}, "Tick this"),
        ("languages", {}, "at least one language"),
        ("clock", {"timezone": "Mars/Base"}, "Choose one of the answers shown."),
    ],
)
def test_a_wrong_answer_comes_back_with_a_sentence_and_what_was_written(her, topic, values, sentence):
    answer = post(her, f"/profile/{topic}", **values)
    assert answer.status_code == 422
    assert sentence in answer.text
    for value in values.values():
        assert value in answer.text or value == "Mars/Base"


def test_an_answer_can_be_left_out_again(her):
    post(her, "/profile/pronouns", pronouns="she/her")
    post(her, "/profile/pronouns", leave_out="1")
    assert "she/her" not in her.get("/profile").text


def test_a_rarer_language_stays_ticked(her):
    post(her, "/profile/languages", languages=["en"], more="eu")
    assert post(her, "/profile/languages", languages=["en", "eu"]).status_code == 303
    assert "English, Basque" in her.get("/profile").text


def test_an_unknown_question_is_not_found(her):
    assert her.get("/profile/shoe-size").status_code == 404


def test_without_the_forms_token_nothing_is_taken(her):
    assert her.post("/profile/name", data={"preferred_name": "X"}).status_code == 400


def test_a_therapist_finds_and_opens_clients_only(therapist, people, maya, amara):
    assert therapist.get(f"/clients/{maya}").status_code == 404
    assert "Nobody is in your care yet" in therapist.get("/clients").text
    people.pair(maya, amara)
    assert "Maya Ortiz" in therapist.get("/clients?q=ort").text
    assert "Nobody in your care has this name" in therapist.get("/clients?q=zzz").text
    assert therapist.get(f"/clients/{maya}").status_code == 200
    assert therapist.get(f"/clients/{uuid4()}").status_code == 404


def test_the_file_is_not_found_for_other_therapists_and_closed_to_others(app, browse, people, maya, amara, her):
    people.pair(maya, amara)
    other = people.sign_in(app, browse(), people.therapist("Tomas Keane"))
    assert other.get(f"/clients/{maya}").status_code == 404
    admin = people.sign_in(app, browse(), people.admin())
    for client in (admin, her):
        assert client.get(f"/clients/{maya}").status_code == 403
        assert client.get("/clients").status_code == 403


def test_opening_a_file_is_written_down_and_told_to_the_patient(therapist, her, people, maya, amara):
    people.pair(maya, amara)
    therapist.get(f"/clients/{maya}")
    page = her.get("/my-data/opened").text
    assert "Amara Okafor, therapist" in page
    assert "read what you told us about yourself" in page


def test_ending_care_asks_first_and_closes_the_file(therapist, people, maya, amara):
    people.pair(maya, amara)
    assert "You cannot open the file any more." in therapist.get(f"/clients/{maya}/end").text
    assert post(therapist, f"/clients/{maya}/end").status_code == 303
    assert therapist.get(f"/clients/{maya}").status_code == 404


def test_a_section_of_another_feature_shows_in_the_file(therapist, people, maya, amara, monkeypatch):
    from vtclinic.features.records import sections

    people.pair(maya, amara)
    made = records.Section("test", "A section", "parts/waves.html", flags=(records.Flag("Odd", "help"),))
    monkeypatch.setattr(sections, "file_sections", [lambda actor, patient: made, lambda actor, patient: None])
    page = therapist.get(f"/clients/{maya}").text
    assert "A section" in page
    assert ">Odd<" in page


def test_pages_ask_the_database_as_often_for_many_clients_as_for_one(therapist, people, maya, amara):
    people.pair(maya, amara)
    therapist.get("/clients")
    one = queries(lambda: therapist.get("/clients"))
    for number in range(12):
        people.pair(people.patient(f"Client {number}"), amara)
    assert queries(lambda: therapist.get("/clients")) == one


def test_each_page_asks_at_most_eight_times(therapist, her, people, maya, amara):
    people.pair(maya, amara)
    post(her, "/profile/name", preferred_name="May")
    for client, path in ((therapist, "/clients"), (therapist, f"/clients/{maya}"), (her, "/profile"), (her, "/profile/name"), (her, "/my-data/opened")):
        client.get(path)
        asked = queries(lambda client=client, path=path: client.get(path))
        assert asked <= 8, path


def test_the_word_searched_for_is_not_kept(therapist, clinic, scope):
    therapist.get("/clients?q=canaryword")
    with scope(clinic), unit_of_work(write=False) as db:
        rows = db.scalars(select(AuditEntry).where(AuditEntry.action == "caseload.searched")).all()
        assert len(rows) == 1
        assert "canaryword" not in str([vars(row) for row in rows])


def test_patients_of_another_clinic_do_not_exist_here(app, browse, people, maya):
    elsewhere = people.sign_in(app, browse("northside"), people.therapist("Amara Okafor", clinic="northside"), clinic="northside")
    assert elsewhere.get(f"/clients/{maya}").status_code == 404
