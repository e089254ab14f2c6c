"""A therapist's calendar and moving a session in it, as a browser without JavaScript meets them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, select

from tests.features.matching.telling import tell, works
from tests.features.scheduling.conftest import MONDAY, THURSDAY
from tests.features.scheduling.test_pages import hidden, text
from tests.queries import counted_queries
from vtclinic.core import clock as time_of
from vtclinic.core.audit import AuditEntry
from vtclinic.core.errors import Conflict, NotFound
from vtclinic.core.ids import new_id
from vtclinic.core.outbox import OutboxMail
from vtclinic.core.uow import session
from vtclinic.features.scheduling import moving, placing
from vtclinic.features.scheduling.closing import service as closing
from vtclinic.features.scheduling.groups.models import GroupSession, GroupTherapist
from vtclinic.features.scheduling.models import Appointment, ServiceType, SlotClaim
from vtclinic.features.scheduling.outside.models import OutsideBusy, OutsideCalendar
from vtclinic.features.scheduling.placing import SlotTaken
from vtclinic.features.scheduling.week.board import View, Wanted, board
from vtclinic.features.scheduling.week.marks import MarkKind

HOUR = timedelta(hours=1)
FRIDAY = datetime(2026, 11, 27, 10, 0, tzinfo=UTC)


@pytest.fixture
def session_of(book, sam):
    return book(sam)


def busy(therapist, start, end):
    """Say that a calendar elsewhere has something then."""
    row = OutsideCalendar(therapist_uid=therapist, kind="ics", label="Private", address="https://calendar.example/x", made_at=time_of.now(), due_at=time_of.now())
    session().add(row)
    session().flush()
    session().add(OutsideBusy(calendar_uid=row.uid, therapist_uid=therapist, starts_at=start, ends_at=end))


def group(therapist, start):
    """Plan a session with seats."""
    service = session().scalar(select(ServiceType.uid).limit(1))
    row = GroupSession(kind="group", title="Evening group", service_uid=service, seats=8, format="video", zone="Europe/Dublin", starts_at=start, ends_at=start + HOUR, open_to_all=False, state="planned", made_at=start, changed_at=start)
    session().add(row)
    session().flush()
    session().add(GroupTherapist(group_uid=row.uid, therapist_uid=therapist))


def looked(people, amara, **wanted):
    who = people.actor(amara)
    with people.inside():
        return board(who, Wanted(**wanted))


def test_a_week_shows_sessions_groups_held_times_and_what_other_calendars_say(people, amara, session_of):
    with people.inside():
        group(amara, FRIDAY)
        busy(amara, THURSDAY - 4 * HOUR, THURSDAY - 2 * HOUR)
        placing.claim([amara], FRIDAY + 3 * HOUR, FRIDAY + 4 * HOUR, for_uid=new_id(), kind="hold")
    found = looked(people, amara)
    entries = {str(column.date): [(entry.mark.kind, entry.mark.start, entry.mark.end) for entry in column.entries] for column in found.columns if column.entries}
    assert entries == {
        "2026-11-26": [(MarkKind.OUTSIDE, THURSDAY - 4 * HOUR, THURSDAY - 2 * HOUR), (MarkKind.SESSION, THURSDAY, THURSDAY + timedelta(minutes=50))],
        "2026-11-27": [(MarkKind.GROUP, FRIDAY, FRIDAY + HOUR), (MarkKind.HOLD, FRIDAY + 3 * HOUR, FRIDAY + 4 * HOUR)],
    }
    assert found.columns[0].now and not found.columns[1].now
    assert found.booked == 2


def test_the_page_says_in_words_what_the_drawing_shows(amara, at, session_of):
    page = at(amara).get("/calendar")
    assert page.status_code == 200
    assert "14:00 – to 14:50 Sam Byrne Video call, 50 minutes." in text(page)
    assert "Next" in text(page)
    assert f'href="/calendar/{session_of.uid}/move"' in page.get_data(as_text=True)


@pytest.mark.parametrize("query", ["view=never", "day=soon", "view=day&day=0001-01-01", "day=9999-12-31", "view=list&week=2026-11-26&whole=1", "view=day&whole=yes"])
def test_a_broken_address_still_shows_a_calendar(amara, at, query):
    assert at(amara).get(f"/calendar?{query}").status_code == 200


def test_both_clocks_are_shown_when_they_differ(people, amara, at, book):
    leila = people.patient("Leila Haddad")
    tell(people, leila)
    book(leila, zone="Asia/Kolkata")
    assert "19:30 for them" in text(at(amara).get("/calendar"))


def test_a_day_of_25_hours_is_drawn_whole_and_said(people, amara, at, clock):
    clock.move_to(datetime(2026, 10, 23, 8, tzinfo=UTC))
    found = looked(people, amara, whole=True)
    assert found.axis.rows == 25 * 12
    assert [column.missing != [] for column in found.columns] == [True] * 6 + [False]
    assert "The clocks change on Sunday 25 October. That day has 25 hours." in text(at(amara).get("/calendar"))


def test_what_overlaps_stands_side_by_side_and_what_was_called_off_is_only_listed(people, amara, session_of):
    with people.inside():
        busy(amara, THURSDAY - HOUR, THURSDAY + HOUR)
        row = session().get(Appointment, session_of.uid)
        session().add(Appointment(**{key: getattr(row, key) for key in ("patient_uid", "therapist_uid", "service_uid", "starts_at", "ends_at", "patient_zone", "therapist_zone", "format", "cancel_hours", "booked_at", "changed_at")}, state="cancelled_by_patient", booking_key=new_id()))
    [column] = looked(people, amara, view=View.DAY, day=THURSDAY.date()).columns
    places = {entry.mark.kind: entry.place for entry in column.entries}
    assert places[MarkKind.OFF] is None
    assert (places[MarkKind.OUTSIDE].lane, places[MarkKind.SESSION].lane, places[MarkKind.SESSION].lanes) == (1, 2, 2)


def test_leave_is_said_and_its_hours_are_not_drawn_open(people, amara, at):
    from vtclinic.features.staff.models import TherapistLeave

    with people.inside():
        session().add(TherapistLeave(therapist_uid=amara, first=THURSDAY.date(), last=THURSDAY.date()))
    found = looked(people, amara)
    assert [bool(column.open) for column in found.columns[2:5]] == [True, False, True]
    assert "On leave" in text(at(amara).get("/calendar"))


def test_closed_days_are_named_and_open_only_for_who_works_then(people, amara, at, clock):
    clock.move_to(datetime(2026, 12, 21, 8, tzinfo=UTC))
    friday = looked(people, amara).columns[4]
    assert (bool(friday.holiday), friday.works, friday.away, friday.open) == (True, False, False, [])
    browser = at(amara)
    assert friday.holiday in text(browser.get("/calendar")) and "You work" not in text(browser.get("/calendar"))
    who = people.actor(amara)
    with people.inside():
        closing.work_on(who, friday.date, works=True)
    friday = looked(people, amara).columns[4]
    assert friday.works and friday.open
    assert f"{friday.holiday} You work" in text(browser.get("/calendar?view=list"))


def test_a_group_leads_to_its_page(people, amara, at):
    with people.inside():
        group(amara, FRIDAY)
        uid = session().scalar(select(GroupSession.uid))
    browser = at(amara)
    assert f'href="/group-sessions/{uid}"' in browser.get("/calendar").get_data(as_text=True)
    assert browser.get(f"/group-sessions/{uid}").status_code == 200


def test_ten_years_of_sessions_cost_no_more_queries_than_none(people, amara, sam, at, session_of):
    row = {column.key: getattr(session_of, column.key) for column in Appointment.__table__.columns}
    rows = [row | {"uid": new_id(), "booking_key": new_id(), "starts_at": THURSDAY - timedelta(weeks=week), "ends_at": THURSDAY - timedelta(weeks=week) + HOUR, "state": "done"} for week in range(1, 521)]
    with people.inside():
        session().execute(insert(Appointment), rows)
        group(amara, FRIDAY)
        busy(amara, FRIDAY + 4 * HOUR, FRIDAY + 5 * HOUR)
    browser = at(amara)
    browser.get("/calendar")
    for view in View:
        with counted_queries() as asked:
            assert browser.get(f"/calendar?view={view}").status_code == 200
        assert asked.reads <= 8, "\n".join(asked.statements)


def test_reading_the_calendar_is_noted(people, amara, at, session_of):
    at(amara).get("/calendar")
    with people.inside():
        assert session().scalar(select(AuditEntry.action).where(AuditEntry.action == "calendar.read"))


def pressed(browser, uid, slot):
    page = browser.get(f"/calendar/{uid}/move/check?slot={slot}")
    return browser.post(f"/calendar/{uid}/move", data={name: hidden(page, name) for name in ("csrf_token", "slot", "seen")})


def test_a_session_is_moved_by_plain_forms_and_stays_the_same_appointment(people, amara, at, session_of):
    browser = at(amara)
    shown = browser.get(f"/calendar/{session_of.uid}/move")
    assert 'value="20261127T1000Z"' in shown.get_data(as_text=True)
    assert "Your client is told the new time now" in text(browser.get(f"/calendar/{session_of.uid}/move/check?slot=20261127T1000Z"))
    assert pressed(browser, session_of.uid, "20261127T1000Z").status_code == 303
    with people.inside():
        moved = session().get(Appointment, session_of.uid)
        assert (moved.starts_at, moved.ends_at, moved.ics_sequence, moved.booking_key) == (FRIDAY, FRIDAY + timedelta(minutes=50), 1, session_of.booking_key)
        claims = {row.at for row in session().scalars(select(SlotClaim).where(SlotClaim.for_uid == moved.uid))}
        assert min(claims) == FRIDAY and len(claims) == 10
        letters = [row.template for row in session().scalars(select(OutboxMail)) if row.template.startswith("appointment-moved")]
        assert sorted(letters) == ["appointment-moved", "appointment-moved-staff"]


def test_whoever_comes_second_is_told_in_words_and_nothing_is_lost(people, amara, at, book, session_of):
    browser = at(amara)
    page = browser.get(f"/calendar/{session_of.uid}/move/check?slot=20261127T1000Z")
    other = people.patient("Mia Kelly")
    tell(people, other)
    book(other, FRIDAY)
    answer = browser.post(f"/calendar/{session_of.uid}/move", data={name: hidden(page, name) for name in ("csrf_token", "slot", "seen")})
    assert answer.status_code == 409
    assert "Nothing has changed: the session is still on Thursday 26 November, 14:00" in text(answer)
    assert 'value="20261127T1100Z"' in answer.get_data(as_text=True)
    with people.inside():
        assert session().get(Appointment, session_of.uid).starts_at == THURSDAY


def test_a_time_taken_between_look_and_claim_moves_nothing(people, amara, session_of):
    who = people.actor(amara)
    with people.inside():
        placing.claim([session_of.patient_uid], FRIDAY, FRIDAY + HOUR, for_uid=new_id(), kind="hold")
    with people.inside(), pytest.raises(SlotTaken) as taken:
        moving.move(who, session_of.uid, FRIDAY)
    assert taken.value.near
    with people.inside():
        assert session().get(Appointment, session_of.uid).starts_at == THURSDAY


def test_no_other_therapist_moves_a_session_and_only_before_it_begins(people, amara, session_of, clock):
    stranger = works(people, people.therapist("Leila Haddad"))
    with people.inside(), pytest.raises(NotFound):
        moving.move(people.actor(stranger), session_of.uid, FRIDAY)
    who = people.actor(amara)
    clock.move_to(THURSDAY + timedelta(minutes=1))
    with people.inside(), pytest.raises(Conflict):
        moving.move(who, session_of.uid, FRIDAY)


def test_the_drawing_is_given_open_times_of_the_days_it_shows(amara, at, session_of):
    answer = at(amara).get(f"/calendar/{session_of.uid}/open?first=2026-11-23&last=2026-11-29")
    times = {time["slot"]: time for time in answer.get_json()["times"]}
    assert times["20261127T1000Z"] == {"slot": "20261127T1000Z", "day": "2026-11-27", "at": 600, "rows": 10, "time": "10:00", "words": "Friday 27 November, 10:00"}
    assert "20261126T1400Z" not in times
    assert all("20261123" <= slot[:8] <= "20261129" for slot in times)
    assert at(amara).get(f"/calendar/{session_of.uid}/open?first=2026-11-23&last=2027-11-29").status_code == 422
    assert MONDAY.isoformat() not in re.sub(r"\s", "", answer.get_data(as_text=True))
