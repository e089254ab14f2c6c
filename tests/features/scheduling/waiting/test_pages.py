"""The pages of the waiting list and of sessions to change, as a browser without JavaScript meets them."""

import re

import pytest

from tests.features.matching.telling import works
from tests.features.scheduling.conftest import THURSDAY
from tests.features.scheduling.test_pages import hidden, press, text
from tests.features.scheduling.waiting.test_offering import offer_uid, state_of
from tests.queries import counted_queries
from vtclinic.core.uow import session
from vtclinic.features.scheduling.models import Appointment
from vtclinic.features.scheduling.waiting import joining

STAMP = "20261126T1400Z"


def test_a_patient_joins_is_offered_a_time_and_takes_it(people, one_hour, another, offer_times, at):
    alex = another("Alex Quinn")
    people.pair(alex, one_hour)
    browser = at(alex)
    assert "Join the waiting list" in text(browser.get("/sessions/waiting"))
    assert press(browser, "/sessions/waiting/wishes", therapists=str(one_hour), days="3", notice_hours="0").status_code == 303
    assert "You are on the waiting list" in text(browser.get("/sessions/waiting"))
    assert "Amara Okafor" in text(browser.get("/sessions/waiting"))
    offer_times()
    assert "A time is free for you" in text(browser.get("/sessions"))
    page = browser.get("/sessions/waiting")
    assert "Thursday 26 November, 14:00" in text(page) and "Monday 23 November, 20:00" in text(page)
    data = {"csrf_token": hidden(page, "csrf_token"), "key": hidden(page, "key")}
    answer = browser.post("/sessions/waiting/take", data=data)
    assert re.search(r"/sessions/.*/booked$", answer.location)
    assert "Your session is booked" in text(browser.get(answer.location))


def test_what_is_not_kept_any_more_is_said_and_nothing_is_lost(people, one_hour, another, waits, offer_times, at, clock):
    alex = another("Alex Quinn")
    entry = waits(alex, one_hour)
    offer_times()
    with people.inside():
        key = offer_uid(entry)
        clock.move_to(joining.holds.offer(key).expires_at)
    browser = at(alex)
    offer_page = browser.get("/sessions/waiting")
    answer = browser.post("/sessions/waiting/take", data={"csrf_token": hidden(offer_page, "csrf_token"), "key": str(key)})
    assert answer.status_code == 409
    assert "You keep your place on the list" in text(answer)


def test_staff_see_the_list_set_how_soon_and_offer_a_time(people, one_hour, another, waits, at):
    alex = another("Alex Quinn")
    entry = waits(alex, one_hour, days_ago=12)
    ruth = at(people.admin())
    assert "12 days" in text(ruth.get("/waiting-list"))
    page = f"/waiting-list/{entry}"
    assert ruth.post(f"{page}/level", data={"csrf_token": hidden(ruth.get(page), "csrf_token"), "level": "1", "reason": ""}).status_code == 422
    assert ruth.post(f"{page}/level", data={"csrf_token": hidden(ruth.get(page), "csrf_token"), "level": "1", "reason": "Asked for it"}).status_code == 303
    token = hidden(ruth.get(page), "csrf_token")
    assert ruth.post(f"{page}/offer", data={"csrf_token": token, "time": f"{one_hour}/{STAMP}"}).status_code == 303
    assert ruth.post(f"{page}/offer", data={"csrf_token": token, "time": f"{one_hour}/{STAMP}"}).status_code == 409
    assert "A time is kept" in text(ruth.get("/waiting-list"))
    assert "once 10 people" in text(ruth.get("/waiting-list/figures"))


def test_staff_put_somebody_on_the_list(people, one_hour, another, at):
    alex = another("Alex Quinn")
    ruth = at(people.admin())
    answer = press(ruth, "/waiting-list/add", patient=str(alex))
    assert answer.location == f"/waiting-list/add/{alex}"
    assert "/waiting-list/" in press(ruth, answer.location, parts="morning", notice_hours="24").location
    with people.inside():
        assert joining.open_entry(alex).parts == ["morning"]


def test_a_therapist_sees_the_people_in_their_care_alone(people, one_hour, another, waits, at):
    mine, other = another("Alex Quinn"), another("Ida Moss")
    people.pair(mine, one_hour)
    waits(mine, one_hour)
    entry = waits(other, one_hour)
    amara = at(one_hour)
    page = text(amara.get("/waiting-list"))
    assert "Alex Quinn" in page and "Ida Moss" not in page
    assert amara.get(f"/waiting-list/{entry}").status_code == 404


def test_a_leave_with_a_cover_leads_the_patient_to_two_clicks(people, sam, amara, book, at):
    leila = works(people, people.therapist("Leila Haddad"), title="Psychologist", specialities=["worry"])
    first = book(sam)
    day = THURSDAY.date().isoformat()
    assert press(at(amara), "/practice/leave", first=day, last=day, cover=str(leila), words="Back on Friday.").status_code == 303
    assert "Leila Haddad could cover" in text(at(amara).get("/sessions-to-change"))
    browser = at(sam)
    assert "A session needs a change" in text(browser.get("/sessions"))
    page = browser.get(f"/sessions/{first.uid}/change")
    assert "Back on Friday." in text(page) and "See Leila then" in text(page)
    answer = browser.post(f"/sessions/{first.uid}/change", data={"csrf_token": hidden(page, "csrf_token"), "time": f"{leila}/{STAMP}"})
    with people.inside():
        made = session().query(Appointment).filter_by(therapist_uid=leila).one()
    assert answer.location.endswith(f"/sessions/{made.uid}/booked")
    assert "This session was cancelled" in text(browser.get(f"/sessions/{first.uid}"))


def test_the_admin_names_a_cover_or_calls_it_off_with_words(people, sam, amara, book, at):
    leila = works(people, people.therapist("Leila Haddad"), specialities=["worry"])
    first = book(sam)
    day = THURSDAY.date().isoformat()
    press(at(amara), "/practice/leave", first=day, last=day)
    ruth = at(people.admin())
    listed = ruth.get("/sessions-to-change").get_data(as_text=True)
    url = re.search(r"/sessions-to-change/[0-9a-f-]{36}", listed)[0]
    assert "1 session needs a change" in text(ruth.get("/overview"))
    token = hidden(ruth.get(url), "csrf_token")
    assert ruth.post(f"{url}/cover", data={"csrf_token": token, "cover": str(leila)}).status_code == 303
    assert ruth.post(f"{url}/call-off", data={"csrf_token": token, "words": "We are sorry."}).status_code == 303
    assert "We are sorry." in text(at(sam).get(f"/sessions/{first.uid}"))


@pytest.mark.parametrize("url", ["/waiting-list", "/sessions-to-change", "/waiting-list/figures", "/overview"])
def test_the_lists_ask_few_queries_however_long_they_are(people, one_hour, another, waits, at, url, offer_times):
    for number in range(11):
        waits(another(f"Patient Number{chr(65 + number)}"), one_hour, days_ago=number)
    offer_times()
    ruth = at(people.admin())
    ruth.get("/account")
    with counted_queries() as asked:
        assert ruth.get(url).status_code == 200
    assert asked.reads <= 8, asked.statements


@pytest.mark.parametrize("url", ["/sessions", "/sessions/waiting", "/sessions/waiting/wishes"])
def test_a_patients_pages_ask_few_queries(one_hour, another, waits, offer_times, at, url):
    alex = another("Alex Quinn")
    waits(alex, one_hour)
    offer_times()
    browser = at(alex)
    browser.get("/account")
    with counted_queries() as asked:
        assert browser.get(url).status_code == 200
    assert asked.reads <= 8, asked.statements


def test_leaving_from_the_page_takes_one_press(people, one_hour, another, waits, at):
    alex = another("Alex Quinn")
    entry = waits(alex, one_hour)
    browser = at(alex)
    assert browser.post("/sessions/waiting/leave", data={"csrf_token": hidden(browser.get("/sessions/waiting"), "csrf_token")}).status_code == 303
    assert state_of(people, entry) == "left"
