"""Calendars elsewhere: which entries keep time, what hostile files and servers cannot do, and that nothing but times is kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from time import monotonic

import pytest
from sqlalchemy import func, select

from tests.fakes.caldav import EVENTS, OPAQUE, TASKS, TRANSPARENT, Account
from tests.fakes.web import answering, say, serving
from tests.features.matching.telling import works
from tests.features.scheduling.conftest import MONDAY, THURSDAY
from tests.features.scheduling.test_pages import hidden, text
from vtclinic.core import http
from vtclinic.core.errors import NotFound
from vtclinic.core.uow import session
from vtclinic.features.scheduling.models import Appointment
from vtclinic.features.scheduling.openings import openings
from vtclinic.features.scheduling.outside import jobs as reading_jobs
from vtclinic.features.scheduling.outside import service
from vtclinic.features.scheduling.outside.models import OutsideBusy, OutsideCalendar
from vtclinic.features.scheduling.outside.problems import WORDS, NotRead
from vtclinic.features.scheduling.outside.reading import Wanted, read
from vtclinic.features.scheduling.outside.service import merged
from vtclinic.features.staff import api as staff

WINDOW = Wanted(MONDAY, MONDAY + timedelta(days=14), "Europe/Dublin")


def ics(*events: str, head: str = "") -> str:
    """Return a calendar file with these entries, each given as lines without BEGIN and END."""
    body = "".join(f"BEGIN:VEVENT\nUID:{number}@elsewhere\nDTSTAMP:20260101T000000Z\nSUMMARY:Dentist with Anna\n{event}\nEND:VEVENT\n" for number, event in enumerate(events))
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//x//y//EN\n{head}{body}END:VCALENDAR\n".replace("\n", "\r\n")


def busy(*events: str, head: str = "", **changes: object) -> list[tuple[str, str]]:
    """Read entries in this process; return the times as text in UTC."""
    found = read([ics(*events, head=head)], replace(WINDOW, **changes))
    return sorted((f"{start:%m-%d %H:%M}", f"{end:%m-%d %H:%M}") for start, end, _uid in found.busy)


TIMED = "DTSTART:20261124T100000Z\nDTEND:20261124T110000Z"
CUSTOM = (
    "BEGIN:VTIMEZONE\nTZID:Own Time\nBEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:+0300\nTZOFFSETTO:+0300\nTZNAME:OWN\nEND:STANDARD\nEND:VTIMEZONE\n"
)


@pytest.mark.parametrize(
    ("event", "times"),
    [
        (TIMED, [("11-24 10:00", "11-24 11:00")]),
        (TIMED + "\nTRANSP:TRANSPARENT", []),
        (TIMED + "\nSTATUS:CANCELLED", []),
        (TIMED + "\nX-MICROSOFT-CDO-BUSYSTATUS:FREE", []),
        (TIMED + "\nSTATUS:TENTATIVE", [("11-24 10:00", "11-24 11:00")]),
        ("DTSTART:20261124T100000Z\nDURATION:PT45M", [("11-24 10:00", "11-24 10:45")]),
        ("DTSTART:20261124T100000Z\nDTEND:20261124T100000Z", []),
        ("DTSTART;VALUE=DATE:20261124", [("11-24 00:00", "11-25 00:00")]),
        ("DTSTART;VALUE=DATE:20261124\nDTEND;VALUE=DATE:20261126", [("11-24 00:00", "11-26 00:00")]),
        ("DTSTART:20261124T100000\nDTEND:20261124T110000", [("11-24 10:00", "11-24 11:00")]),
        ("DTSTART;TZID=Asia/Kolkata:20261124T100000\nDTEND;TZID=Asia/Kolkata:20261124T110000", [("11-24 04:30", "11-24 05:30")]),
        ("DTSTART;TZID=Own Time:20261124T100000\nDTEND;TZID=Own Time:20261124T110000", [("11-24 07:00", "11-24 08:00")]),
        (TIMED + "\nRRULE:FREQ=WEEKLY;COUNT=2", [("11-24 10:00", "11-24 11:00"), ("12-01 10:00", "12-01 11:00")]),
        (TIMED + "\nRRULE:FREQ=WEEKLY;COUNT=2\nEXDATE:20261201T100000Z", [("11-24 10:00", "11-24 11:00")]),
        ("DTSTART:20200101T090000Z\nDTEND:20200101T093000Z\nRRULE:FREQ=MONTHLY;BYMONTHDAY=25", [("11-25 09:00", "11-25 09:30")]),
    ],
)
def test_each_kind_of_entry_keeps_the_time_it_should(event, times):
    assert busy(event, head=CUSTOM) == times


def test_days_and_bare_times_lie_on_the_therapists_clock():
    assert busy("DTSTART;VALUE=DATE:20261124", zone="Asia/Kolkata") == [("11-23 18:30", "11-24 18:30")]
    assert busy("DTSTART:20261124T100000\nDTEND:20261124T110000", zone="America/New_York") == [("11-24 15:00", "11-24 16:00")]


def test_maybe_keeps_the_time_only_if_asked():
    assert busy(TIMED + "\nSTATUS:TENTATIVE", tentative=False) == []


def test_a_weekly_entry_keeps_its_wall_time_over_a_change_of_clocks():
    event = "DTSTART;TZID=Europe/Dublin:20261022T100000\nDTEND;TZID=Europe/Dublin:20261022T110000\nRRULE:FREQ=WEEKLY"
    start = datetime(2026, 10, 20, tzinfo=UTC)
    assert busy(event, start=start, end=start + timedelta(days=13)) == [("10-22 09:00", "10-22 10:00"), ("10-29 10:00", "10-29 11:00")]


def test_a_moved_time_of_a_series_moves():
    series = TIMED + "\nRRULE:FREQ=DAILY;COUNT=2"
    moved = "RECURRENCE-ID:20261125T100000Z\nDTSTART:20261125T150000Z\nDTEND:20261125T160000Z"
    file = ics(series, moved).replace("UID:1@", "UID:0@")
    assert sorted(start for start, _end, _uid in read([file], WINDOW).busy) == [datetime(2026, 11, 24, 10, tzinfo=UTC), datetime(2026, 11, 25, 15, tzinfo=UTC)]


def test_free_busy_files_are_read_too():
    part = "BEGIN:VFREEBUSY\nUID:f\nDTSTAMP:20260101T000000Z\nFREEBUSY:20261124T100000Z/PT1H,20261124T120000Z/20261124T130000Z\nFREEBUSY;FBTYPE=FREE:20261124T140000Z/PT1H\nEND:VFREEBUSY\n"
    assert busy(head=part) == [("11-24 10:00", "11-24 11:00"), ("11-24 12:00", "11-24 13:00")]


@pytest.mark.parametrize("event", [TIMED + "\nRRULE:FREQ=SECONDLY", TIMED + "\nRRULE:FREQ=HOURLY;COUNT=5", TIMED + "\nRRULE:FREQ=DAILY;BYHOUR=1,2,3,4,5,6", "DTEND:20261124T100000Z", "DTSTART:never\nDTEND:20261124T110000Z"])
def test_what_is_odd_is_left_out_and_counted_and_the_rest_is_read(event):
    found = read([ics(event, TIMED)], WINDOW)
    assert (len(found.busy), found.skipped) == (1, 1)


@pytest.mark.parametrize("file", ["", "hello", "BEGIN:VCALENDAR\nBEGIN:VEVENT", "BEGIN:VCALENDAR\n" * 3000, "<html></html>"])
def test_what_is_no_calendar_is_said_so(file):
    with pytest.raises(NotRead) as refused:
        service.understand([file], start=WINDOW.start, end=WINDOW.end, zone=WINDOW.zone, tentative=True)
    assert refused.value.problem == "content"


def test_a_rule_that_never_ends_costs_its_own_process_alone(monkeypatch):
    monkeypatch.setattr(service, "CPU_SECONDS", 1)
    events = [f"DTSTART:19000101T{number:06d}Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30" for number in range(20)]
    began = monotonic()
    with pytest.raises(NotRead):
        service.understand([ics(*events)], start=WINDOW.start, end=WINDOW.end, zone=WINDOW.zone, tentative=True)
    assert monotonic() - began < 30


def test_stretches_that_touch_become_one():
    hours = [MONDAY + timedelta(hours=number) for number in range(5)]
    assert merged([(hours[3], hours[4]), (hours[0], hours[1]), (hours[1], hours[2])]) == [(hours[0], hours[2]), (hours[3], hours[4])]


@pytest.fixture
def reach(house):
    """Let this test reach servers on this machine."""
    http.configure(replace(house.settings, outbound_loopback=True))
    yield
    http.configure(house.settings)


def added(browser, address, **more):
    page = browser.get("/calendar/elsewhere/new")
    data = {"csrf_token": hidden(page, "csrf_token"), "label": "Private", "kind": "ics", "address": address, "tentative": "y"} | more
    answer = browser.post("/calendar/elsewhere/new", data=data)
    assert answer.status_code == 303, text(answer)
    return answer.location


def press(browser, url, act, **data):
    return browser.post(f"{url}/{act}", data={"csrf_token": hidden(browser.get(url), "csrf_token")} | data)


def stored(people):
    with people.inside():
        return [(row.starts_at, row.ends_at) for row in session().scalars(select(OutsideBusy).order_by(OutsideBusy.starts_at))]


THEN = "DTSTART:20261126T140000Z\nDTEND:20261126T150000Z"


def test_an_account_is_found_read_and_keeps_time_from_being_booked(people, amara, sam, at, reach, run_jobs, home):
    account = Account(calendars={"own": ([ics(THEN)], EVENTS, OPAQUE), "birthdays": ([ics(TIMED)], EVENTS, TRANSPARENT), "tasks": ([ics(TIMED)], TASKS, OPAQUE)})
    with serving(account) as web:
        browser = at(amara)
        url = added(browser, web.url("/"), kind="caldav", user_name="amara", password="app-password")
        run_jobs()
        assert [asked.path for asked in web.asked if asked.method == "REPORT"] == ["/dav/calendars/own/"]
    assert stored(people) == [(THURSDAY, THURSDAY + timedelta(hours=1))]
    assert "Reading works." in text(browser.get(url))
    with people.inside():
        assert not openings(staff.therapist(amara), sam).has(THURSDAY)
    kept = b"".join(path.read_bytes() for path in (home / "clinics" / "harbour").rglob("*") if path.is_file())
    assert not [word for word in (b"Dentist", b"Anna", b"app-password", b"127.0.0.1:%d" % web.port) if word in kept]


def test_a_wrong_password_is_said_in_words_and_a_new_one_puts_it_right(people, amara, at, reach, run_jobs):
    with serving(Account(calendars={"own": ([ics(THEN)], EVENTS, OPAQUE)})) as web:
        browser = at(amara)
        url = added(browser, web.url("/dav/calendars/own/"), kind="caldav", user_name="amara", password="wrong")
        run_jobs()
        assert "The server does not let us in. Make a new app password there." in text(browser.get(url))
        assert press(browser, url, "password", password="app-password").status_code == 303
        run_jobs()
    assert "Reading works." in text(browser.get(url))
    assert len(stored(people)) == 1


def test_a_failure_keeps_what_was_read_and_tries_again_ever_later(people, amara, at, reach, run_jobs, clock, scope, clinic):
    with serving(answering(say(200, ics(THEN).encode()), say(503))) as web:
        browser = at(amara)
        url = added(browser, web.url("/a.ics"))
        run_jobs()
        pauses = []
        for _ in range(3):
            with people.inside():
                row = session().scalar(select(OutsideCalendar))
                pauses.append(row.due_at - row.tried_at)
                clock.move_to(row.due_at)
            with scope(clinic):
                reading_jobs.read_due(clinic="harbour")
            run_jobs()
    assert pauses == [timedelta(minutes=15), timedelta(minutes=15), timedelta(minutes=30)]
    assert len(stored(people)) == 1
    assert "What was read before still keeps your time." in text(at(amara).get(url))


def test_removing_removes_everything(people, amara, at, reach, run_jobs):
    with serving(answering(say(200, ics(THEN).encode()))) as web:
        browser = at(amara)
        url = added(browser, web.url("/a.ics"))
        run_jobs()
    page = browser.get(f"{url}/remove")
    assert browser.post(f"{url}/remove", data={"csrf_token": hidden(page, "csrf_token")}).status_code == 303
    assert stored(people) == []
    with people.inside():
        assert session().scalar(select(func.count()).select_from(OutsideCalendar)) == 0
    assert browser.get(url).status_code == 404


def test_our_own_sessions_in_it_do_not_block_themselves(people, amara, sam, at, book, reach, run_jobs):
    appointment = book(sam)
    file = ics(THEN).replace("UID:0@elsewhere", f"UID:{appointment.uid}")
    with serving(answering(say(200, file.encode()))) as web:
        added(at(amara), web.url("/a.ics"))
        run_jobs()
    assert stored(people) == []
    with people.inside():
        assert session().get(Appointment, appointment.uid).is_booked


HOSTILE = {
    "kind": answering(say(200, b"<html>sign in</html>")),
    "missing": answering(say(404)),
    "size": answering(say(200, b"x" * (6 * 1024 * 1024))),
    "redirect": answering(say(302, Location="/again")),
    "address": answering(say(302, Location="https://169.254.169.254/latest")),
    "content": answering(say(200, b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT")),
}


@pytest.mark.parametrize("problem", HOSTILE)
def test_a_hostile_server_gets_a_plain_word_and_nothing_else(people, amara, at, reach, run_jobs, problem):
    with serving(HOSTILE[problem]) as web:
        browser = at(amara)
        url = added(browser, web.url("/a.ics"))
        run_jobs()
    assert str(WORDS[problem][0]) in text(browser.get(url))
    assert stored(people) == []


def test_an_account_whose_answer_defines_its_own_words_is_refused(people, amara, at, reach, run_jobs):
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>'
    with serving(answering(say(207, bomb))) as web:
        browser = at(amara)
        url = added(browser, web.url("/dav/"), kind="caldav", user_name="amara", password="x")
        run_jobs()
    assert str(WORDS["kind"][0]) in text(browser.get(url))


def test_this_machine_is_out_of_reach_without_the_setting(people, amara, at, run_jobs):
    with serving(answering(say(200, ics(THEN).encode()))) as web:
        browser = at(amara)
        url = added(browser, web.url("/a.ics"))
        run_jobs()
        assert web.asked == []
    assert str(WORDS["url"][0]) in text(browser.get(url))


def test_another_therapist_finds_nothing(people, amara, at):
    url = added(at(amara), "webcal://calendar.example/a.ics")
    leila = works(people, people.therapist("Leila Haddad"))
    assert at(leila).get(url).status_code == 404
    with people.inside():
        uid, address = session().execute(select(OutsideCalendar.uid, OutsideCalendar.address)).one()
        assert address == "https://calendar.example/a.ics"
    who = people.actor(leila)
    with people.inside(), pytest.raises(NotFound):
        service.remove_calendar(who, uid)
