"""The pages of news: what is new in the bar and on its page, what one wants to be told, and addresses that say nothing."""

import re

import pytest
from sqlalchemy import select

from vtclinic.core.uow import session
from vtclinic.features.notifications.models import Notification, NotificationChoice, QuietHours


@pytest.fixture
def at(app, browse, people, sam):
    return people.sign_in(app, browse(), sam)


def csrf(page):
    return page.text.split('name="csrf_token" value="')[1].split('"')[0]


def bell(page):
    return re.search(r'class="vt-bell[^>]*>.*?</a>', page.text, re.DOTALL)[0]


def test_the_bell_counts_on_every_page_what_is_new(at, tell, count_queries):
    assert 'class="vt-count' not in bell(at.get("/account"))
    tell()
    tell(key="a:2")
    assert ">2<" in bell(at.get("/account"))
    with count_queries() as asked:
        page = at.get("/news")
    assert page.text.count(">New<") == 2
    assert asked.reads <= 8


def test_a_line_leads_on_and_is_seen(at, tell, rows):
    tell(path="/account")
    page = at.get("/news")
    answer = at.post(f"/news/{rows()[0].uid}/open", data={"csrf_token": csrf(page)})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/account")
    assert 'class="vt-count' not in bell(at.get("/news"))


def test_everything_can_be_seen_at_once(at, tell):
    tell()
    tell(key="a:2")
    page = at.post("/news/read", data={"csrf_token": csrf(at.get("/news"))}, follow_redirects=True)
    assert ">New<" not in page.text


def test_the_address_in_a_letter_leads_its_reader_on_and_nobody_else(at, app, browse, people, tell, rows):
    tell(path="/account")
    address = f"/news/{rows()[0].uid}"
    assert at.get(address).headers["Location"] == "/account"
    assert "/sign-in" in browse().get(address).headers["Location"]
    other = people.sign_in(app, browse(), people.patient("Alex Quinn"))
    assert other.get(address).status_code == 404
    assert rows()[0].read_at is None, "a mail program that opens addresses marks nothing"


def test_choices_are_kept_and_what_cannot_be_muted_stays(people, sam, at):
    page = at.get("/news-choices")
    ticks = [("way", "test.plain|mail"), ("way", "test.must|push"), ("way", "test.urgent|in_app"), ("way", "nothing|mail")]
    data = {"csrf_token": csrf(page), "quiet_start": "22:00", "quiet_end": "07:00", "way": [value for _, value in ticks]}
    assert "Saved." in at.post("/news-choices", data=data, follow_redirects=True).text
    with people.inside():
        kept = {row.kind: (row.in_app, row.mail, row.push) for row in session().scalars(select(NotificationChoice))}
        assert kept["test.plain"] == (False, True, False)
        assert kept["test.urgent"] == (True, False, False)
        assert "test.must" not in kept
        assert "nothing" not in kept
        assert session().scalar(select(QuietHours.start)) == "22:00"
    assert 'value="22:00"' in at.get("/news-choices").text


def test_half_a_pair_of_times_is_said_beside_the_field_and_keeps_the_ticks(at):
    page = at.get("/news-choices")
    answer = at.post("/news-choices", data={"csrf_token": csrf(page), "quiet_start": "22:00", "quiet_end": "", "way": ["test.plain|mail"]})
    assert answer.status_code == 422
    assert "Choose both times, or none." in answer.text
    assert re.search(r'value="test.plain\|mail" checked', answer.text)
    assert not re.search(r'value="test.plain\|in_app" checked', answer.text)


def test_somebody_elses_line_is_not_found(at, people, tell, rows):
    tell(to=people.patient("Alex Quinn"))
    answer = at.post(f"/news/{rows()[0].uid}/open", data={"csrf_token": csrf(at.get("/news-choices"))})
    assert answer.status_code == 404
    with people.inside():
        assert session().scalar(select(Notification.read_at)) is None
