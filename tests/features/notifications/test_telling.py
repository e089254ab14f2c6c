"""A person is told once, by the ways they chose, not in their quiet hours, and only where mail is safe for them."""

import email
import email.policy
from datetime import UTC, datetime, time, timedelta
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from vtclinic import housekeeping
from vtclinic.core import sockets
from vtclinic.core.errors import Invalid, NotFound
from vtclinic.core.mail import mail_folder
from vtclinic.core.uow import session
from vtclinic.features.notifications import reading
from vtclinic.features.notifications.api import Quiet, withdraw
from vtclinic.features.records import api as records
from vtclinic.identity.service import counter
from vtclinic.tenants.scope import tenant_scope


def new_of(who):
    return session().scalar(select(counter(reading.NEW)(who)))


def test_a_thing_is_told_once(tell, rows, waiting):
    assert tell()
    assert not tell()
    assert (len(rows()), len(waiting())) == (1, 1)


def test_the_same_key_is_another_thing_for_another_person(people, tell, rows):
    assert tell()
    assert tell(to=people.patient("Alex Quinn"))
    assert len(rows()) == 2


def test_who_is_not_there_is_not_found(tell):
    with pytest.raises(NotFound):
        tell(to=uuid4())


@pytest.mark.parametrize(("path", "key"), [("https://elsewhere.example", "a"), ("//elsewhere.example", "a"), ("/x y", "a"), ("/x", "Sam Byrne"), ("/x", "a" * 201)])
def test_a_path_leads_nowhere_else_and_a_key_holds_no_words(tell, path, key):
    with pytest.raises(ValueError):
        tell(path=path, key=key)


def test_ways_that_are_off_stay_silent(tell, wish, rows, waiting):
    wish("in_app")
    tell()
    wish("mail")
    tell(key="a:2")
    wish()
    assert tell(key="a:3")
    assert [row.in_app for row in rows()] == [True, False, False]
    assert len(waiting()) == 1
    assert not tell(key="a:3"), "told, although by no way: switching a way on later brings nothing old"


def test_what_cannot_be_muted_stays_in_the_app_and_in_mail(tell, wish, rows, waiting):
    wish(kind="test.must")
    tell("test.must")
    assert rows()[0].in_app
    assert len(waiting()) == 1


def test_no_mail_goes_where_mail_is_not_safe(people, sam, tell, rows, waiting):
    who = people.actor(sam)
    with people.inside():
        records.change_profile(who, sam, safe_contact={"email": False, "text": False, "call": False, "name_ourselves": False, "phone": ""})
    tell("test.must")
    assert waiting() == []
    assert rows()[0].in_app


def test_a_mail_names_the_clinic_only_when_the_patient_allows_it(people, house, sam, tell, run_jobs, clinic):
    who = people.actor(sam)
    tell()
    with people.inside():
        records.change_profile(who, sam, safe_contact={"email": True, "text": False, "call": False, "name_ourselves": True, "phone": ""})
    tell(key="a:2")
    run_jobs()
    texts = [file.read_text() for file in mail_folder(clinic.files).glob("*.eml")]
    parsed = [email.message_from_string(text, policy=email.policy.default) for text in texts]
    assert sorted("Harbour" in str(one["From"]) for one in parsed) == [False, True]


def test_quiet_hours_hold_mail_back_until_they_end_and_the_line_shows_at_once(tell, wish, rows, waiting, clock):
    wish("in_app", "mail", quiet=("21:00", "08:00"))
    clock.move_to(datetime(2026, 11, 23, 23, 30, tzinfo=UTC))
    tell()
    tell("test.urgent", "a:2")
    assert [row.in_app for row in rows()] == [True, True]
    assert waiting() == [datetime(2026, 11, 24, 8, 0, tzinfo=UTC), datetime(2026, 11, 23, 23, 30, tzinfo=UTC)]


def test_a_mail_that_waits_goes_when_the_quiet_hours_end(house, people, tell, wish, clock, clinic, run_jobs):
    wish("mail", quiet=("21:00", "08:00"))
    clock.move_to(datetime(2026, 11, 23, 23, 30, tzinfo=UTC))
    tell()
    run_jobs()
    assert not mail_folder(clinic.files).exists()
    clock.move_to(datetime(2026, 11, 24, 8, 0, 5, tzinfo=UTC))
    with tenant_scope(clinic):
        housekeeping.sweep(clinic="harbour")
    assert len(list(mail_folder(clinic.files).glob("*.eml"))) == 1


def test_what_would_be_too_late_after_the_quiet_hours_goes_by_mail_at_once(tell, wish, waiting, clock):
    wish("mail", quiet=("21:00", "08:00"))
    clock.move_to(datetime(2026, 11, 24, 5, 0, tzinfo=UTC))
    tell(until=datetime(2026, 11, 24, 7, 30, tzinfo=UTC))
    assert waiting() == [datetime(2026, 11, 24, 5, 0, tzinfo=UTC)]


def test_what_is_taken_back_is_neither_sent_nor_shown(people, sam, tell, rows, waiting, run_jobs, clinic):
    tell(key="appointment:1:2d")
    tell(key="appointment:2:2d")
    with people.inside():
        assert withdraw(sam, prefix="appointment:1:") == 1
    assert [row.in_app for row in rows()] == [False, True]
    assert [moment is None for moment in waiting()] == [True, False]
    run_jobs()
    assert len(list(mail_folder(clinic.files).glob("*.eml"))) == 1


def test_open_pages_hear_of_it_after_the_commit_by_an_id_alone(people, sam, tell, rows, monkeypatch):
    heard = []
    monkeypatch.setattr(sockets._wires, "emit", lambda *signal: heard.append(signal))
    tell()
    ((room, event, payload),) = heard
    assert room.endswith(f":user:{sam}")
    assert (event, payload) == ("news.changed", {"news": str(rows()[0].uid)})


def test_lines_are_counted_until_they_are_seen_and_belong_to_their_reader(people, sam, tell, rows):
    tell()
    tell(key="a:2")
    me, other = people.actor(sam), people.actor(people.patient("Alex Quinn"))
    with people.inside():
        assert new_of(me) == 2
        with pytest.raises(NotFound):
            reading.take(other, rows()[0].uid)
        assert reading.take(me, rows()[0].uid) == "/sessions"
        assert new_of(me) == 1
        reading.mark_all_read(me)
        assert (new_of(me), len(reading.lines(me)), reading.lines(other)) == (0, 2, [])


def test_half_a_pair_of_times_is_refused(wish):
    with pytest.raises(Invalid):
        wish("mail", quiet=("21:00", ""))
    with pytest.raises(Invalid):
        wish("mail", quiet=("21:00", "25:00"))


ZONES = ("Europe/Dublin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "America/Santiago", "Africa/Casablanca")


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(ZONES),
    st.times().map(lambda wall: wall.replace(second=0, microsecond=0)),
    st.times().map(lambda wall: wall.replace(second=0, microsecond=0)),
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)),
)
def test_quiet_hours_end_within_a_day_and_nothing_is_quiet_at_their_end(name, start, end, moment):
    quiet, moment = Quiet(start, end, name), moment.replace(tzinfo=UTC)
    over = quiet.over(moment)
    if over is None:
        assert quiet.begun(moment) is None
        return
    assert quiet.begun(moment) <= moment < over <= moment + timedelta(hours=26)
    assert quiet.over(over) is None or (over - quiet.begun(over)) < timedelta(hours=2), "only where a clock jumps back over it"


@pytest.mark.parametrize(
    ("at", "over"),
    [
        # Spring: 02:30 does not exist in New York on 14 March 2027; the hours end when the clock shows 03:30.
        (datetime(2027, 3, 14, 6, 59, tzinfo=UTC), datetime(2027, 3, 14, 7, 30, tzinfo=UTC)),
        # Autumn: 01:30 comes twice on 1 November 2026; the hours end with the first.
        (datetime(2026, 11, 1, 5, 0, tzinfo=UTC), datetime(2026, 11, 1, 5, 30, tzinfo=UTC)),
        (datetime(2026, 11, 1, 5, 45, tzinfo=UTC), None),
        (datetime(2026, 11, 1, 6, 15, tzinfo=UTC), None),
    ],
)
def test_quiet_hours_end_right_where_clocks_change(at, over):
    end = time(2, 30) if at.month == 3 else time(1, 30)
    assert Quiet(time(22), end, "America/New_York").over(at) == over
