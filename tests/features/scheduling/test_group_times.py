"""Sessions with seats as time goes on: reminders once each, moving with everybody's time, calendar entries that follow, a seat given back from a letter."""

import json
import re
from datetime import timedelta

import pytest
from icalendar import Calendar
from sqlalchemy import select

from tests.features.scheduling.conftest import GROUP_START as START
from tests.features.scheduling.test_group_pages import hidden, text
from vtclinic.core.errors import Conflict, Gone, Invalid, NotFound
from vtclinic.core.outbox import OutboxMail
from vtclinic.core.uow import session
from vtclinic.features.notifications.api import EVERYWHERE
from vtclinic.features.notifications.choices import choose, my_choices
from vtclinic.features.notifications.models import Notification
from vtclinic.features.scheduling.groups import lookup, moving, seat_links, seating
from vtclinic.features.scheduling.groups.models import GroupKind
from vtclinic.features.scheduling.models import PlannedNotice, SlotClaim, grains
from vtclinic.features.scheduling.placing import SlotTaken

LATER = START + timedelta(days=7, hours=2)


@pytest.fixture
def told(people):
    """Who was reminded of what so far, in order."""

    def read():
        with people.inside():
            rows = session().scalars(select(Notification).where(Notification.kind.startswith("reminder.")).order_by(Notification.created_at, Notification.uid))
            return [(row.to_uid, row.kind.removeprefix("reminder.")) for row in rows]

    return read


@pytest.fixture
def planned(people):
    def read():
        with people.inside():
            return {(row.to_uid, row.kind, row.due_at) for row in session().scalars(select(PlannedNotice))}

    return read


@pytest.fixture
def wants_all(people):
    """Let somebody be told everything by every way."""

    def want(uid):
        actor = people.actor(uid)
        with people.inside():
            choose(actor, {kind.name: EVERYWHERE for kind, _ways in my_choices(actor).kinds}, ("", ""))

    return want


def letters(template):
    return list(session().scalars(select(OutboxMail).where(OutboxMail.template == template)))


def entries(people):
    """Return the calendar entries that went out: uid, sequence, method, start."""
    with people.inside():
        rows = session().scalars(select(OutboxMail).where(OutboxMail.template.startswith("series-")).order_by(OutboxMail.created_at, OutboxMail.uid))
        files = [Calendar.from_ical(json.loads(row.params)["attachment"][2]) for row in rows]
    return [(str(event["uid"]), event["sequence"], str(each["method"]), event["dtstart"].dt) for each in files for event in each.walk("VEVENT")]


def test_a_seat_is_reminded_of_as_a_session_is_and_once_each(crowd, plan, act, remind, told, planned, clock, amara, wants_all):
    comes, asked = crowd(2)
    wants_all(amara)
    group = plan([comes, asked])
    act(seating.join, comes, group)
    remind()
    hour = START - timedelta(hours=1)
    assert planned() == {(comes, "week", START - timedelta(days=7)), (comes, "days", START - timedelta(days=2)), (comes, "hours", START - timedelta(hours=2)), (amara, "staff", hour)}
    for moment in (START - timedelta(days=7), START - timedelta(days=2), START - timedelta(hours=2), hour):
        clock.move_to(moment)
        remind()
        remind()
    assert told() == [(comes, "week"), (comes, "days"), (comes, "hours"), (amara, "staff")]


def test_a_standstill_a_clock_set_back_and_a_change_of_mind_double_nothing(crowd, plan, act, remind, told, clock, people):
    (comes,) = crowd(1)
    act(seating.join, comes, plan([comes]))
    remind()
    clock.move_to(START - timedelta(hours=1, minutes=30))
    remind()
    clock.move_to(START - timedelta(hours=3))
    actor = people.actor(comes)
    with people.inside():
        choose(actor, {kind.name: ways for kind, ways in my_choices(actor).kinds}, ("", ""))
    remind()
    clock.move_to(START - timedelta(hours=2))
    remind()
    assert told() == [(comes, "hours")]


def test_a_letter_gives_the_seat_back_and_says_nothing_of_what_it_is(crowd, plan, act, remind, clock, people, browse, told):
    (comes,) = crowd(1)
    group = plan([comes])
    act(seating.join, comes, group)
    remind()
    clock.move_to(START - timedelta(days=2))
    remind()
    with people.inside():
        (letter,) = letters("seat-reminder")
        link = json.loads(letter.params)["params"]["cancel"]
        assert "group" not in link
        token = link.split("/times/")[1].split("/")[0]
        with pytest.raises(Gone):
            seat_links.look("x" + token[1:])
    page, address = browse(), f"/times/{token}/give-back"
    shown = page.get(address)
    assert "Give this time back?" in text(shown)
    assert "Thursday group" not in text(shown)
    with people.inside():
        assert lookup.group(group).joined, "looking at it changes nothing"
    page.post(address, data={"csrf_token": hidden(shown, "csrf_token")})
    assert "This time is given back" in text(page.get(address))
    with people.inside():
        assert lookup.group(group).joined == []
    clock.move_to(START - timedelta(hours=2))
    remind()
    assert told() == [(comes, "days")]


def test_moving_takes_everybodys_time_along_and_their_calendars_and_reminders_follow(crowd, plan, act, remind, told, planned, clock, people, amara):
    comes, asked, gone = crowd(3)
    group = plan([comes, asked, gone])
    act(seating.join, comes, group), act(seating.join, gone, group), act(seating.leave, gone, group)
    remind()
    clock.move_to(START - timedelta(days=7))
    remind()
    act(moving.move, amara, group, LATER)
    with people.inside():
        claims = {(row.holder_uid, row.at) for row in session().scalars(select(SlotClaim))}
        assert claims == {(uid, at) for uid in (amara, comes) for at in grains(LATER, LATER + timedelta(minutes=50))}
        changed = {row.to_uid for row in session().scalars(select(Notification).where(Notification.kind == "group.changed")) if ":moved:" in row.key}
        assert changed == {asked}
        assert [row.to for row in letters("seat-reminder")] == [None], "what told the old time is taken back"
    (first, second) = [each for each in entries(people) if each[2] == "REQUEST" and each[0] == str(seat(people, group, comes).uid)]
    assert second[0] == first[0]
    assert second[1] > first[1]
    assert second[3] == LATER
    remind()
    assert (comes, "week", LATER - timedelta(days=7)) in planned()
    assert {moment for _uid, _kind, moment in planned()} & {START - timedelta(days=2), START - timedelta(hours=2)} == set()


def seat(people, group, uid):
    with people.inside():
        return lookup.group(group).member(uid)


def test_a_taken_time_moves_nothing(crowd, plan, act, book, people, amara, sam):
    (comes,) = crowd(1)
    group = plan([comes])
    act(seating.join, comes, group)
    book(comes, START + timedelta(days=1))
    book(sam, START + timedelta(days=4))
    for there in (START + timedelta(days=1), START + timedelta(days=4)):
        with pytest.raises(SlotTaken):
            act(moving.move, amara, group, there)
    with pytest.raises(Invalid):
        act(moving.move, amara, group, START - timedelta(days=30))
    with people.inside():
        assert lookup.group(group).session.starts_at == START
        assert {row.at for row in session().scalars(select(SlotClaim).where(SlotClaim.kind == "group"))} == set(grains(START, START + timedelta(minutes=50)))
    assert act(moving.move, amara, group, START + timedelta(minutes=10)).ics_sequence == 1, "its own time is no hindrance"


def test_administrators_move_it_and_nobody_else_does(crowd, plan, act, people, amara, clock):
    (comes,) = crowd(1)
    group = plan([comes])
    for stranger in (comes, people.therapist("Tomas Reyes")):
        with pytest.raises(NotFound):
            act(moving.move, stranger, group, LATER)
    act(moving.move, people.admin(), group, LATER)
    with people.inside():
        assert {row.to_uid for row in session().scalars(select(Notification)) if ":moved:" in row.key} == {comes, amara}
    clock.move_to(LATER)
    with pytest.raises(Conflict):
        act(moving.move, amara, group, LATER + timedelta(days=1))


def test_a_couple_is_reminded_when_both_said_yes_and_no_more_when_one_leaves(crowd, plan, act, remind, planned, amara, wants_all):
    wants_all(amara)
    one, two = crowd(2)
    group = plan([one, two], kind=GroupKind.COUPLE, seats=2)
    act(seating.join, one, group)
    remind()
    assert planned() == set()
    act(seating.join, two, group)
    remind()
    assert {uid for uid, _kind, _moment in planned()} == {one, two, amara}
    act(seating.leave, two, group)
    remind()
    assert planned() == set()


def test_the_pages_move_it_in_plain_words_and_hand_out_the_calendar_file(crowd, plan, act, at, book, amara, sam, people):
    (comes,) = crowd(1)
    group = plan([comes])
    act(seating.join, comes, group)
    book(sam, START + timedelta(days=1))
    therapist, patient, office, address = at(amara), at(comes), at(people.admin()), f"/group-sessions/{group}"
    assert "Number" not in text(office.get(address)), "who comes is not the office's to see"
    assert "Thursday group" in text(office.get("/group-sessions"))

    def move(browser, day):
        page = browser.get(f"{address}/move")
        return browser.post(f"{address}/move", data={"csrf_token": hidden(page, "csrf_token"), "day": day, "wall": "15:00"})

    refused = move(therapist, "2026-12-04")
    assert refused.status_code == 422
    assert "has something else then" in text(refused)
    before = Calendar.from_ical(patient.get(f"{address}/calendar.ics").data).walk("VEVENT")[0]
    assert move(office, "2026-12-10").status_code == 303
    after = Calendar.from_ical(patient.get(f"{address}/calendar.ics").data).walk("VEVENT")[0]
    assert after["uid"] == before["uid"]
    assert after["sequence"] > before["sequence"]
    assert re.fullmatch("Appointment", str(after["summary"]))
    assert Calendar.from_ical(therapist.get(f"{address}/calendar.ics").data).walk("VEVENT")[0]["sequence"] == 1
    assert patient.get(f"{address}/move").status_code == 403
