"""The page of therapists, and the clinic's list of who asked for help, without JavaScript."""

import re
from datetime import UTC, datetime

import pytest
import time_machine

from tests.features.matching.telling import tell, works
from tests.features.scheduling.test_pages import hidden, press, text
from tests.queries import counted_queries
from vtclinic.features.matching import free_times, service


@pytest.fixture(autouse=True)
def clock(house):
    with time_machine.travel(datetime(2026, 11, 23, 7, 59, tzinfo=UTC)):
        yield


@pytest.fixture
def five(people):
    names = ("Amara Okafor", "Leila Haddad", "Nuala Walsh", "Sofia Marin", "Tomás Keane")
    uids = [people.therapist(name) for name in names]
    return [works(people, uid, specialities=["worry"], title="Psychotherapist", practising_since=2015) for uid in uids]


@pytest.fixture
def sam(people):
    uid = people.patient()
    tell(people, uid, times=["saturday"])
    return uid


@pytest.fixture
def at(app, browse, people):
    return lambda uid: people.sign_in(app, browse(), uid)


def submit(browser, page, url, **data):
    return browser.post(url, data={"csrf_token": hidden(page, "csrf_token")} | data)


def test_three_people_are_shown_with_reasons_wishes_not_met_and_first_times(five, sam, at):
    page = text(at(sam).get("/therapists"))
    assert "Three therapists who fit what you told us" in page
    assert "Works a lot with worry" in page
    assert "You asked for Saturdays." in page
    assert "First free time Mon 23 Nov, 12:00" in page
    assert "Speaks English" in page
    assert "Psychotherapist, 11 years" in page
    assert "%" not in page


def test_the_first_look_and_every_other_ask_little(people, five, sam, at, monkeypatch):
    # What free times cost is counted where they are found.
    monkeypatch.setattr(free_times._hook, "find", lambda people, _patient, until=None: {each.uid: None for each in people})
    browser = at(sam)
    with counted_queries() as frame:
        browser.get("/account")
    for look, most in (("first", 5), ("again", 2)):
        with counted_queries() as asked:
            assert browser.get("/therapists").status_code == 200
        assert asked.reads - frame.reads <= most, (look, asked.statements)


def test_others_are_one_press_away(people, five, sam, at):
    browser = at(sam)
    page = browser.get("/therapists")
    assert submit(browser, page, "/therapists/others").status_code == 303
    assert "Two therapists who fit what you told us" in text(browser.get("/therapists"))


def test_a_no_takes_two_presses_and_no_reason(people, five, sam, at):
    browser = at(sam)
    browser.get("/therapists")
    with people.inside():
        first = service.choices(sam)[0]
    assert press(browser, f"/therapists/{first}/not-for-me").status_code == 303
    page = browser.get("/therapists")
    assert str(first) not in page.get_data(as_text=True)
    assert "You said no to 1 person." in text(page)
    submit(browser, page, "/therapists/everybody")
    assert "You said no" not in text(browser.get("/therapists"))


def test_nobody_fits_names_what_would_help(people, five, at):
    alex = people.patient("Alex Quinn")
    tell(people, alex, gender=["woman"], musts=["gender"])
    browser = at(alex)
    page = browser.get("/therapists")
    assert "Nobody fits everything you asked for" in text(page)
    assert "5 people fit if you talk with somebody of any gender." in text(page)
    assert "Keep my wishes and wait" in text(page)
    assert submit(browser, page, "/therapists/wait").status_code == 303
    assert "We keep your wishes" in text(browser.get("/therapists"))
    submit(browser, page, "/therapists/relax", wish="must:gender")
    shown = text(browser.get("/therapists"))
    assert "Three therapists" in shown
    assert "You asked for a woman." in shown


def test_nobody_licensed_leads_to_a_person(people, at):
    people.therapist("Tomás Keane", licensed=False)
    alex = people.patient("Alex Quinn")
    tell(people, alex)
    page = text(at(alex).get("/therapists"))
    assert "No therapist here may work where you are" in page
    assert "Ask a person to help" in page


def test_asking_a_person_reaches_the_clinic_and_can_be_taken_back(people, five, sam, at):
    browser, admin = at(sam), at(people.admin())
    assert press(browser, "/therapists/ask").status_code == 303
    assert "You asked a person to help" in text(browser.get("/therapists/ask"))
    page = admin.get("/match-requests")
    assert "Sam Byrne" in text(page)
    assert "worry" not in text(page)
    assert press(browser, "/therapists/ask").status_code == 303
    assert "Nobody yet" in text(page)
    submit(admin, page, f"/match-requests/{re.search('match-requests/([0-9a-f-]{36})/take', page.get_data(as_text=True))[1]}/take")
    assert "Ruth Daly" in text(admin.get("/match-requests"))
    submit(browser, browser.get("/therapists/ask"), "/therapists/ask/stop")
    assert "A person" not in text(admin.get("/match-requests"))


def test_before_the_answers_the_page_leads_to_them(people, five, at):
    answer = at(people.patient("Alex Quinn")).get("/therapists")
    assert answer.status_code == 303
    assert answer.location.startswith("/intake")


def test_each_role_has_its_own_pages(people, five, sam, at):
    assert at(five[0]).get("/therapists").status_code == 403
    assert at(five[0]).get("/match-requests").status_code == 403
    assert at(sam).get("/match-requests").status_code == 403


def test_a_press_without_the_pages_token_changes_nothing(five, sam, at):
    assert at(sam).post("/therapists/others").status_code == 400
