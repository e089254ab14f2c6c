"""When reminders land: days keep the wall time, hours are elapsed, and one comes while cancelling is still in good time."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from vtclinic.core.zones import zone
from vtclinic.features.notifications.api import Quiet
from vtclinic.features.scheduling.reminder_times import CUT_OFF, DAYS, HOURS, STAFF, WEEK, Coming, patient_times, staff_times

DUBLIN = "Europe/Dublin"
START = datetime(2026, 12, 10, 14, 0, tzinfo=UTC)
ZONES = (DUBLIN, "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "America/Santiago", "Africa/Casablanca", "Pacific/Apia")


def coming(start=START, hours=24, name=DUBLIN):
    return Coming(start, start - timedelta(hours=hours), name)


def before(due):
    return {one.kind: START - one.at for one in due}


def test_the_usual_three():
    assert before(patient_times(coming(), START - timedelta(days=20))) == {WEEK: timedelta(days=7), DAYS: timedelta(days=2), HOURS: timedelta(hours=2)}


@pytest.mark.parametrize(
    ("start", "name", "kind", "at"),
    [
        # 09:00 on Sunday 28 March 2027, when summer time has begun in Dublin: two days before it was 09:00 in winter time.
        (datetime(2027, 3, 28, 8, 0, tzinfo=UTC), DUBLIN, DAYS, datetime(2027, 3, 26, 9, 0, tzinfo=UTC)),
        # 09:00 on 5 April 2027, a week after Lord Howe's clocks may have moved by half an hour (4 April 2027).
        (datetime(2027, 4, 4, 22, 30, tzinfo=UTC), "Australia/Lord_Howe", WEEK, datetime(2027, 3, 28, 22, 0, tzinfo=UTC)),
        # 02:30 two days before does not exist in New York on 14 March 2027: it becomes 03:30.
        (datetime(2027, 3, 16, 6, 30, tzinfo=UTC), "America/New_York", DAYS, datetime(2027, 3, 14, 7, 30, tzinfo=UTC)),
        # 01:30 two days before comes twice in New York on 1 November 2026: it is the first.
        (datetime(2026, 11, 3, 6, 30, tzinfo=UTC), "America/New_York", DAYS, datetime(2026, 11, 1, 5, 30, tzinfo=UTC)),
    ],
)
def test_days_keep_the_wall_time_where_clocks_change(start, name, kind, at):
    found = {due.kind: due.at for due in patient_times(coming(start, name=name), start - timedelta(days=30))}
    assert found[kind] == at
    assert found[HOURS] == start - timedelta(hours=2)


@pytest.mark.parametrize(
    ("cancel_hours", "expected"),
    [
        (0, {WEEK: 168, DAYS: 48, HOURS: 2}),
        (1, {WEEK: 168, DAYS: 48, HOURS: 2}),
        (72, {WEEK: 168, DAYS: 48, HOURS: 2}),
        (200, {WEEK: 168, DAYS: 48, HOURS: 2, CUT_OFF: 202}),
    ],
)
def test_one_lands_before_the_last_moment_to_cancel(cancel_hours, expected):
    found = before(patient_times(coming(hours=cancel_hours), START - timedelta(days=20)))
    assert found == {kind: timedelta(hours=hours) for kind, hours in expected.items()}


def test_the_one_just_after_that_moment_is_moved_before_it():
    booked = START - timedelta(days=5)
    assert before(patient_times(coming(hours=48), booked)) == {DAYS: timedelta(hours=50), HOURS: timedelta(hours=2)}


def test_another_is_added_for_who_mutes_the_one_before_it():
    booked = START - timedelta(days=5)
    assert before(patient_times(coming(), booked, muted={DAYS})) == {CUT_OFF: timedelta(hours=26), HOURS: timedelta(hours=2)}
    assert before(patient_times(coming(), booked, muted={DAYS, CUT_OFF})) == {HOURS: timedelta(hours=2)}


def test_who_books_late_misses_what_is_past_and_is_told_before_that_moment_all_the_same():
    assert before(patient_times(coming(), START - timedelta(hours=30))) == {CUT_OFF: timedelta(hours=26), HOURS: timedelta(hours=2)}
    assert before(patient_times(coming(), START - timedelta(hours=25, minutes=10))) == {CUT_OFF: timedelta(hours=24, minutes=35), HOURS: timedelta(hours=2)}
    assert before(patient_times(coming(), START - timedelta(hours=24, minutes=30))) == {HOURS: timedelta(hours=2)}, "the confirmation has just said it"
    assert before(patient_times(coming(), START - timedelta(hours=10))) == {HOURS: timedelta(hours=2)}
    assert patient_times(coming(), START - timedelta(hours=1)) == []


def test_a_reminder_that_the_night_would_swallow_comes_the_evening_before():
    early = datetime(2026, 12, 10, 7, 30, tzinfo=UTC)
    found = {due.kind: due.at for due in patient_times(coming(early), early - timedelta(days=20), quiet=Quiet(time(21), time(8), DUBLIN))}
    assert found[HOURS] == datetime(2026, 12, 9, 20, 55, tzinfo=UTC)
    assert found[DAYS] == early - timedelta(days=2), "it waits until eight, and that is early enough"


def test_a_therapist_is_reminded_an_hour_before():
    assert [(due.kind, START - due.at) for due in staff_times(coming(), START - timedelta(days=3))] == [(STAFF, timedelta(hours=1))]
    assert staff_times(coming(), START - timedelta(minutes=30)) == []


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(ZONES),
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)),
    st.integers(0, 96),
    st.timedeltas(timedelta(minutes=1), timedelta(days=30)),
    st.none() | st.tuples(st.times(), st.times()),
)
def test_whatever_the_clocks_do_reminders_come_in_order_in_time_and_one_before_that_moment(name, start, cancel_hours, ahead, night):
    start = start.replace(tzinfo=UTC, second=0, microsecond=0)
    now = start - ahead
    quiet = Quiet(night[0].replace(second=0, microsecond=0), night[1].replace(second=0, microsecond=0), name) if night else None
    asked = coming(start, cancel_hours, name)
    found = patient_times(asked, now, quiet=quiet)
    assert found == sorted(found, key=lambda due: due.at)
    assert all(now < due.at < start for due in found)
    assert len({due.kind for due in found}) == len(found) <= 4
    for due in found:
        if due.kind in (WEEK, DAYS) and quiet is None and due.at + timedelta(hours=3) < asked.cut_off:
            there = due.at.astimezone(zone(name))
            assert there.time() == start.astimezone(zone(name)).time() or there.utcoffset() != start.astimezone(zone(name)).utcoffset()
    assume(quiet is None)
    if asked.cut_off - now >= timedelta(hours=2, minutes=1):
        assert any(due.at < asked.cut_off for due in found)
