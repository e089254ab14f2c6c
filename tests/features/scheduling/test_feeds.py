"""Calendar addresses: what they give, to whom, and that strict readers land on the same instants."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from dateutil import tz as dateutil_tz
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar
from sqlalchemy import func, select

from tests.features.matching.telling import tell
from tests.features.scheduling.conftest import THURSDAY
from tests.features.scheduling.test_pages import hidden, text
from vtclinic.core.audit import AuditEntry
from vtclinic.core.errors import NotFound
from vtclinic.core.policy import SYSTEM
from vtclinic.core.uow import control_unit_of_work, session
from vtclinic.features.scheduling import calling_off, moving
from vtclinic.features.scheduling.feeds import service
from vtclinic.features.scheduling.feeds.file import Entry, feed_ics
from vtclinic.features.scheduling.feeds.models import CalendarFeed
from vtclinic.identity.models import User
from vtclinic.tenants.service import suspend_clinic

ZONES = ["Europe/Dublin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "America/Santiago", "Africa/Casablanca"]


def made(browser, label="phone"):
    """Make an address by the page; return its path."""
    page = browser.get("/calendar-addresses")
    shown = browser.post("/calendar-addresses", data={"csrf_token": hidden(page, "csrf_token"), "label": label})
    assert shown.status_code == 200 and shown.headers["Cache-Control"] == "no-store"
    return re.search(r"(/calendar-feed/[0-9a-f]{64}\.ics)</textarea>", shown.get_data(as_text=True))[1]


def events(content):
    calendar = Calendar.from_ical(content)
    assert not calendar.errors
    found = calendar.walk("VEVENT")
    assert not [error for event in found for error in event.errors]
    return found


def strict_instant(content, value):
    """Read a time the way a client does that trusts only the file's own VTIMEZONE."""
    if "TZID" not in value.params:
        return value.dt.astimezone(UTC)
    rules = dateutil_tz.tzical(io.StringIO(content.decode())).get(value.params["TZID"])
    return value.dt.replace(tzinfo=rules).astimezone(UTC)


def test_a_feed_says_when_and_nothing_else(people, sam, amara, at, browse, book):
    appointment = book(sam)
    for who in (sam, amara):
        answer = browse().get(made(at(who)))
        assert (answer.status_code, answer.mimetype) == (200, "text/calendar")
        [event] = events(answer.data)
        assert set(event) == {"UID", "SEQUENCE", "DTSTAMP", "LAST-MODIFIED", "DTSTART", "DTEND", "SUMMARY", "STATUS", "CLASS", "TRANSP"}
        assert (event["UID"], event["SUMMARY"], event["STATUS"], event["SEQUENCE"]) == (str(appointment.uid), "Appointment", "CONFIRMED", 0)
        assert strict_instant(answer.data, event["DTSTART"]) == THURSDAY
        lower = answer.get_data(as_text=True).lower()
        assert not [word for word in ("sam", "amara", "byrne", "okafor", "harbour", "therap", "session", "video", "http") if word in lower]
        assert "refresh-interval;value=duration:pt1h" in lower
    assert "Set-Cookie" not in answer.headers


def test_a_program_that_has_it_already_gets_304(people, sam, at, browse, amara, book):
    path = made(at(sam))
    first = browse().get(path)
    assert browse().get(path, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    assert browse().get(path, headers={"If-Modified-Since": first.headers["Last-Modified"]}).status_code == 304
    book(sam)
    second = browse().get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert second.status_code == 200
    assert browse().head(path).headers["ETag"] == second.headers["ETag"]


def test_moving_raises_the_sequence_and_cancelling_is_told_for_some_weeks(people, sam, amara, at, browse, book, clock):
    path, appointment = made(at(sam)), book(sam)
    who = people.actor(amara)
    with people.inside():
        moving.move(who, appointment.uid, THURSDAY + timedelta(hours=2))
    [event] = events(browse().get(path).data)
    assert (event["UID"], event["SEQUENCE"], event["DTSTART"].dt.astimezone(UTC)) == (str(appointment.uid), 1, THURSDAY + timedelta(hours=2))
    with people.inside():
        calling_off.cancel(who, appointment.uid)
    [event] = events(browse().get(path).data)
    assert (event["UID"], event["SEQUENCE"], event["STATUS"], event["TRANSP"]) == (str(appointment.uid), 2, "CANCELLED", "TRANSPARENT")
    clock.shift(timedelta(weeks=6, days=1))
    assert events(browse().get(path).data) == []


def test_an_ended_address_is_the_same_plain_404_as_an_unknown_one(people, sam, at, browse):
    browser = at(sam)
    path = made(browser)
    with people.inside():
        uid = session().scalar(select(CalendarFeed.uid))
    page = browser.get(f"/calendar-addresses/{uid}/end")
    assert browser.post(f"/calendar-addresses/{uid}/end", data={"csrf_token": hidden(page, "csrf_token")}).status_code == 303
    ended, unknown = browse().get(path), browse().get(f"/calendar-feed/{'0' * 64}.ics")
    assert (ended.status_code, ended.data, dict(ended.headers)) == (unknown.status_code, unknown.data, dict(unknown.headers))
    assert (ended.status_code, ended.mimetype) == (404, "text/plain")


def test_another_clinic_knows_no_such_address(sam, at, browse):
    assert browse("northside").get(made(at(sam))).status_code == 404


def test_an_account_that_is_switched_off_has_no_feed(people, sam, at, browse):
    path = made(at(sam))
    with people.inside():
        session().get(User, sam).disable(datetime.now(UTC))
    assert browse().get(path).status_code == 404


def test_a_suspended_clinic_says_later_and_nothing_else(house, sam, at, browse):
    path = made(at(sam))
    with control_unit_of_work():
        suspend_clinic(house.instance, SYSTEM, "harbour")
    house.directory.forget()  # another process would see it within a second
    answer = browse().get(path)
    assert answer.status_code == 503
    assert b"VEVENT" not in answer.data


def test_the_secret_is_stored_nowhere(people, sam, at, home):
    secret = made(at(sam)).split("/")[-1].removesuffix(".ics")
    assert len(bytes.fromhex(secret)) == 32
    with people.inside():
        row = session().scalar(select(CalendarFeed))
        assert secret.encode() not in row.secret_hash and bytes.fromhex(secret) != row.secret_hash
    stored = b"".join(path.read_bytes() for path in (home / "clinics" / "harbour").rglob("*") if path.is_file())
    assert secret.encode() not in stored and bytes.fromhex(secret) not in stored


def test_the_last_use_is_shown_and_noted_once_a_day(people, sam, at, browse, clock):
    path = made(at(sam))
    for _ in range(3):
        browse().get(path)
        clock.shift(timedelta(minutes=70))
    assert "Last used:" in text(at(sam).get("/calendar-addresses"))
    clock.shift(timedelta(days=1))
    browse().get(path)
    with people.inside():
        assert session().scalar(select(func.count()).where(AuditEntry.action == "calendar_feed.read")) == 2


def test_nobody_else_ends_an_address(people, sam, at, amara):
    made(at(sam))
    mia = people.patient("Mia Kelly")
    tell(people, mia)
    for other in (people.actor(mia), people.actor(amara)):
        with people.inside():
            uid = session().scalar(select(CalendarFeed.uid))
            with pytest.raises(NotFound):
                service.end_feed(other, uid)


def test_a_program_that_asks_all_the_time_is_told_to_wait(sam, at, browse, clock):
    path = made(at(sam))
    answers = [browse().get(path) for _ in range(31)]
    assert [answer.status_code for answer in answers] == [200] * 30 + [429]
    assert int(answers[-1].headers["Retry-After"]) > 0


def test_there_is_an_end_to_how_many_one_makes(sam, at):
    browser = at(sam)
    token = hidden(browser.get("/calendar-addresses"), "csrf_token")
    for number in range(service.MOST_FEEDS):
        made(browser, f"place {number}")
    assert "You have 6 addresses" in text(browser.get("/calendar-addresses"))
    assert browser.post("/calendar-addresses", data={"csrf_token": token, "label": "more"}).status_code == 409


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(ZONES), st.lists(st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)), min_size=1, max_size=6, unique=True))
def test_a_strict_reader_lands_on_every_instant(zone, starts):
    begins = [start.replace(second=0, microsecond=0, tzinfo=UTC) for start in starts]
    entries = [Entry(UUID(int=number), start, start + timedelta(minutes=50), 0, begins[0], "CONFIRMED") for number, start in enumerate(begins)]
    content = feed_ics(entries, zone)
    assert content == feed_ics(entries, zone)
    found = {UUID(event["UID"]): (strict_instant(content, event["DTSTART"]), strict_instant(content, event["DTEND"])) for event in events(content)}
    assert found == {entry.uid: (entry.start, entry.end) for entry in entries}
