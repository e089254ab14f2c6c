"""The pages of sessions as a browser without JavaScript meets them."""

import re
from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import func, select

from tests.features.matching.telling import tell, works
from tests.features.scheduling.conftest import MONDAY, THURSDAY
from tests.queries import counted_queries
from vtclinic.core.ids import new_id
from vtclinic.core.outbox import OutboxMail
from vtclinic.core.uow import session
from vtclinic.features.scheduling import calling_off
from vtclinic.features.scheduling.models import Appointment
from vtclinic.identity.service import user

STAMP = "20261126T1400Z"


def text(answer):
    """Return a page's words, without its markup."""
    words = re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True).split("<main", 1)[-1])
    return re.sub(r"\s+", " ", words).replace("&nbsp;", " ").replace("&#39;", "'")


def hidden(answer, name):
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', answer.get_data(as_text=True))
    assert found, name
    return found[1]


def press_book(browser, amara, **changes):
    page = browser.get(f"/sessions/new/{amara}/check?slot={STAMP}")
    data = {name: hidden(page, name) for name in ("csrf_token", "key", "slot", "zone")}
    return browser.post(f"/sessions/new/{amara}/check", data=data | {"format": "video"} | changes)


def press(browser, url, **data):
    page = browser.get(url)
    assert page.status_code == 200, page.status_code
    return browser.post(url, data={"csrf_token": hidden(page, "csrf_token")} | data)


def test_the_slot_page_shows_your_time_large_and_theirs_small(people, sam, at):
    leila = works(people, people.therapist("Leila Haddad"), timezone="Europe/Madrid")
    page = at(sam).get(f"/sessions/new/{leila}")
    html = page.get_data(as_text=True)
    assert page.status_code == 200
    assert "Choose a time with Leila" in text(page)
    assert "your time (Dublin)" in text(page)
    assert re.search(r'value="20261124T0800Z" required><span><bdi>08:00</bdi></span><small><bdi>09:00 Madrid</bdi>', html)


def test_with_equal_clocks_one_time_is_shown(sam, amara, at):
    page = at(sam).get(f"/sessions/new/{amara}")
    assert '<span><bdi>14:00</bdi></span></label>' in page.get_data(as_text=True)


def test_somewhere_else_changes_the_clock_of_this_booking(people, sam, amara, at, book):
    browser = at(sam)
    page = browser.get(f"/sessions/new/{amara}?zone=Asia/Kolkata")
    assert "<bdi>19:30</bdi></span><small><bdi>14:00 Dublin</bdi>" in page.get_data(as_text=True)
    assert "Asia/Kolkata" in browser.get(f"/sessions/new/{amara}/where").get_data(as_text=True)
    made = book(sam, zone="Asia/Kolkata")
    assert made.patient_zone == "Asia/Kolkata"
    with people.inside():
        assert user(sam).timezone == "Europe/Dublin"


@pytest.mark.parametrize("query", ["week=never", "zone=Mars/Olympus", "week=0001-01-01", "week=9999-12-31", "slot=soon"])
def test_a_broken_address_still_shows_times(sam, amara, at, query):
    assert at(sam).get(f"/sessions/new/{amara}?{query}").status_code == 200


def test_week_arrows_lead_on_and_back(sam, amara, at):
    browser = at(sam)
    first = browser.get(f"/sessions/new/{amara}").get_data(as_text=True)
    assert "Earlier week" not in first
    later = browser.get(f"/sessions/new/{amara}?week=2026-11-30").get_data(as_text=True)
    assert "week=2026-11-23" in later
    assert "week=2026-12-07" in later


def test_going_on_without_a_time_says_so(sam, amara, at):
    page = at(sam).get(f"/sessions/new/{amara}/check")
    assert page.status_code == 422
    assert "Choose a time to go on." in text(page)


def test_a_night_that_repeats_an_hour_names_both(people, sam, at, clock):
    clock.move_to(datetime(2026, 10, 23, 8, 0, tzinfo=UTC))
    night = works(people, people.therapist("Nuala Walsh"), hours={6: [(time(0, 30), time(6))]})
    page = at(sam).get(f"/sessions/new/{night}?week=2026-10-19").get_data(as_text=True)
    assert "01:30 IST" in page
    assert "01:30 GMT" in page


def test_booking_takes_four_clicks_and_ends_on_a_page_that_can_be_reloaded(people, sam, amara, at):
    browser = at(sam)
    check = browser.get(f"/sessions/new/{amara}/check?slot={STAMP}")
    assert "Thursday 26 November, 14:00" in text(check)
    assert "You can cancel here until the session starts." in text(check)
    answer = press_book(browser, amara)
    assert answer.status_code == 303
    done = browser.get(answer.location)
    assert "Your session is booked" in text(done)
    assert "Add to calendar" in text(done)
    assert browser.get(answer.location).status_code == 200


def test_pressing_twice_books_once(people, sam, amara, at):
    browser = at(sam)
    page = browser.get(f"/sessions/new/{amara}/check?slot={STAMP}")
    data = {name: hidden(page, name) for name in ("csrf_token", "key", "slot", "zone")} | {"format": "video"}
    first, second = (browser.post(f"/sessions/new/{amara}/check", data=data) for _ in range(2))
    assert first.location == second.location
    with people.inside():
        assert session().scalar(select(func.count()).select_from(Appointment)) == 1


def test_a_time_that_is_gone_shows_those_near_it(people, sam, amara, at, book):
    other = people.patient("Alex Quinn")
    tell(people, other)
    browser = at(other)
    page = browser.get(f"/sessions/new/{amara}/check?slot={STAMP}")
    book(sam)
    data = {name: hidden(page, name) for name in ("csrf_token", "key", "slot", "zone")} | {"format": "video"}
    answer = browser.post(f"/sessions/new/{amara}/check", data=data)
    assert answer.status_code == 409
    assert "Someone took this time." in text(answer)
    assert "13:00" in text(answer)
    assert "15:00" in text(answer)


@pytest.mark.parametrize("changes", [{"format": "telepathy"}, {"format": "message"}])
def test_a_form_that_was_tampered_with_is_refused(sam, amara, at, changes):
    assert press_book(at(sam), amara, **changes).status_code == 422


@pytest.mark.parametrize("changes", [{"slot": "yesterday"}, {"slot": ""}])
def test_a_slot_that_is_none_is_refused(sam, amara, at, changes):
    assert press_book(at(sam), amara, **changes).status_code == 422


def test_without_a_licence_the_page_says_why(people, sam, at):
    tomas = people.therapist("Tomás Keane", licensed=False)
    page = at(sam).get(f"/sessions/new/{tomas}")
    assert page.status_code == 409
    assert "may not work where you are" in text(page)
    assert "Nothing was booked" in text(page)


def test_the_calendar_file_says_when_and_nothing_else(sam, amara, at, book):
    made = book(sam)
    file = at(sam).get(f"/sessions/{made.uid}/calendar.ics")
    assert file.mimetype == "text/calendar"
    assert b"SUMMARY:Appointment" in file.data
    assert b"Amara" not in file.data


def test_cancelling_takes_two_clicks_and_says_what_happened(sam, amara, at, book):
    made, browser = book(sam), at(sam)
    assert "Change or cancel" in text(browser.get("/sessions"))
    answer = press(browser, f"/sessions/{made.uid}/cancel")
    assert answer.status_code == 303
    page = browser.get(answer.location)
    assert "You cancelled this session" in text(page)
    assert browser.get(f"/sessions/{made.uid}/cancel").status_code == 303
    assert browser.get(f"/sessions/{made.uid}/booked").status_code == 303


def test_a_therapists_words_reach_the_patient(people, sam, amara, at, book):
    made, therapist = book(sam), at(amara)
    assert press(therapist, f"/calendar/{made.uid}/cancel", words="I am ill. I am sorry.").status_code == 303
    assert "You cancelled it" in text(therapist.get(f"/calendar/{made.uid}"))
    page = text(at(sam).get(f"/sessions/{made.uid}"))
    assert "You pay nothing" in page
    assert "I am ill. I am sorry." in page


def test_words_with_markup_stay_words(people, sam, amara, at, book):
    made = book(sam)
    with people.inside():
        calling_off.cancel(people.actor(amara), made.uid, words="<script>alert(1)</script>")
    assert b"<script>alert" not in at(sam).get(f"/sessions/{made.uid}").data


@pytest.mark.parametrize("path", ["", "/booked", "/cancel", "/calendar.ics"])
def test_another_patients_session_is_not_found(people, sam, at, book, path):
    made, stranger = book(sam), at(people.patient("Alex Quinn"))
    assert stranger.get(f"/sessions/{made.uid}{path}").status_code == 404
    assert stranger.get(f"/sessions/{new_id()}{path}").status_code == 404


@pytest.mark.parametrize("path", ["", "/cancel"])
def test_another_therapists_session_is_not_found(people, sam, at, book, path):
    made, stranger = book(sam), at(people.therapist("Leila Haddad"))
    assert stranger.get(f"/calendar/{made.uid}{path}").status_code == 404


def test_each_role_has_its_own_pages(people, sam, amara, at):
    assert at(amara).get("/sessions").status_code == 403
    assert at(sam).get("/calendar").status_code == 403
    assert at(people.admin()).get("/calendar").status_code == 403


def test_the_list_shows_what_comes_first_and_what_was(people, sam, amara, at, book, clock):
    browser = at(sam)
    assert "No sessions yet." in text(browser.get("/sessions"))
    book(sam, THURSDAY)
    book(sam, THURSDAY - timedelta(days=1))
    page = text(browser.get("/sessions"))
    assert page.index("Wednesday 25 November") < page.index("Thursday 26 November") if "Wednesday 25 November" in page else "Thursday 26 November" in page
    clock.move_to(THURSDAY + timedelta(days=1))
    page = text(at(sam).get("/sessions"))
    assert "No session is booked." in page
    assert "Before" in page


def test_new_leads_to_the_own_therapist_to_a_choice_or_to_the_matches(people, sam, amara, at, book):
    browser = at(sam)
    assert browser.get("/sessions/new").location == "/therapists"
    book(sam)
    assert browser.get("/sessions/new").location == f"/sessions/new/{amara}"
    people.pair(sam, people.therapist("Leila Haddad"))
    assert "Leila Haddad" in text(browser.get("/sessions/new"))


def test_the_calendar_lists_a_week_by_day(people, sam, amara, at, book):
    book(sam)
    page = text(at(amara).get("/calendar"))
    assert "Calendar 1 session" in page
    assert "Thu 26 Nov 14:00 – to 14:50 Sam Byrne" in page
    assert "Calendar 0 sessions" in text(at(amara).get("/calendar?week=2026-12-01"))


def test_pages_ask_little_however_much_there_is(people, sam, amara, at, book):
    for number in range(6):
        book(sam, MONDAY + timedelta(days=1, hours=1 + number))
    other = people.patient("Alex Quinn")
    tell(people, other)
    made = book(other, THURSDAY)
    patient, therapist = at(sam), at(amara)
    for browser, url in ((patient, "/sessions"), (patient, f"/sessions/new/{amara}"), (therapist, "/calendar"), (therapist, f"/calendar/{made.uid}")):
        with counted_queries() as asked:
            assert browser.get(url).status_code == 200
        assert asked.reads <= 8, (url, [each[:70] for each in asked.statements])


def test_letters_wait_in_the_transaction_of_the_booking(people, sam, amara, at):
    press_book(at(sam), amara)
    with people.inside():
        assert session().scalar(select(func.count()).select_from(OutboxMail).where(OutboxMail.template.like("appointment-%"))) == 2
