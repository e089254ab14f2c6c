"""Open slots: hours, leave, quiet time, notice, horizon, and the days on which clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtclinic.core.errors import Invalid
from vtclinic.core.zones import zone
from vtclinic.features.scheduling.times import Busy, Leave, Service, WallInterval, Window, WorkingHours, is_open, open_slots

HOUR = timedelta(hours=1)
SESSION = Service(length=timedelta(minutes=50), step=HOUR)
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
EVER = timedelta(days=4000)


def wall(text: str) -> WallInterval:
    start, end = text.split("-")
    return WallInterval(time.fromisoformat(start), time.fromisoformat(end))


def week(zone_name: str, *intervals: str, **more) -> WorkingHours:
    return WorkingHours(zone_name, {day: tuple(wall(text) for text in intervals) for day in range(7)}, **more)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def day_window(zone_name: str, day: str, *, days: int = 1) -> Window:
    start = datetime.combine(date.fromisoformat(day), time(0), tzinfo=zone(zone_name))
    return Window(start, start + timedelta(days=days), LONG_AGO)


def starts(hours: WorkingHours, day: str, service: Service = SESSION, busy=()) -> list[str]:
    """The starts of one local day, as wall times with their offset."""
    place = zone(hours.zone)
    service = Service(**{**vars(service), "horizon": EVER})
    slots = open_slots(hours, busy, service, day_window(hours.zone, day))
    return [slot.start.astimezone(place).strftime("%H:%M%z") for slot in slots]


# Every row: zone, date, hours, length and step in minutes, what opens.
DAYS = [
    ("Europe/Berlin", "2026-12-03", "09:00-12:00", 50, 60, ["09:00+0100", "10:00+0100", "11:00+0100"]),
    ("Europe/Berlin", "2026-07-01", "09:00-11:00", 50, 30, ["09:00+0200", "09:30+0200", "10:00+0200"]),
    ("Asia/Kolkata", "2026-12-03", "09:30-11:30", 50, 60, ["09:30+0530", "10:30+0530"]),
    ("Asia/Kathmandu", "2026-12-03", "09:00-10:00", 50, 60, ["09:00+0545"]),
    # 24 hours of wall time are 23 and 25 elapsed hours on these days.
    ("Europe/Berlin", "2026-03-29", "00:00-04:00", 60, 60, ["00:00+0100", "01:00+0100", "03:00+0200"]),
    ("Europe/Berlin", "2026-10-25", "01:00-04:00", 60, 60, ["01:00+0200", "02:00+0200", "02:00+0100", "03:00+0100"]),
    ("America/New_York", "2026-03-08", "01:00-04:00", 60, 60, ["01:00-0500", "03:00-0400"]),
    ("America/New_York", "2026-11-01", "00:00-03:00", 60, 60, ["00:00-0400", "01:00-0400", "01:00-0500", "02:00-0500"]),
    # Hours that begin or end in the skipped hour shift with it, and never turn inside out.
    ("Europe/Berlin", "2026-03-29", "02:00-03:00", 30, 30, []),
    ("Europe/Berlin", "2026-03-29", "02:30-03:00", 30, 30, []),
    ("Europe/Berlin", "2026-03-29", "02:30-05:00", 30, 60, ["03:30+0200", "04:30+0200"]),
    ("Europe/Berlin", "2026-03-29", "01:00-02:30", 50, 60, ["01:00+0100"]),
    # Hours that begin in the repeated hour begin with the first one; hours that end there end with the first one.
    ("Europe/Berlin", "2026-10-25", "02:30-03:30", 50, 60, ["02:30+0200", "02:30+0100"]),
    ("Europe/Berlin", "2026-10-25", "01:00-02:30", 50, 60, ["01:00+0200"]),
    ("Europe/Dublin", "2026-03-29", "00:00-03:00", 60, 60, ["00:00+0000", "02:00+0100"]),
    ("Europe/Dublin", "2026-10-25", "00:00-03:00", 60, 60, ["00:00+0100", "01:00+0100", "01:00+0000", "02:00+0000"]),
    ("Europe/Dublin", "2026-12-03", "17:00-19:00", 50, 60, ["17:00+0000", "18:00+0000"]),
    ("Europe/London", "2026-10-25", "00:30-02:00", 50, 60, ["00:30+0100", "01:30+0100"]),
    # Lord Howe moves by half an hour.
    ("Australia/Lord_Howe", "2026-10-04", "01:00-04:00", 60, 60, ["01:00+1030", "02:30+1100"]),
    ("Australia/Lord_Howe", "2026-04-05", "01:00-03:00", 50, 60, ["01:00+1100", "01:30+1030"]),
    ("Australia/Lord_Howe", "2026-10-04", "02:15-03:15", 30, 30, ["02:45+1100"]),
    # The southern hemisphere changes the other way round.
    ("Australia/Sydney", "2026-10-04", "01:00-04:00", 60, 60, ["01:00+1000", "03:00+1100"]),
    ("Australia/Sydney", "2026-04-05", "01:00-04:00", 60, 60, ["01:00+1100", "02:00+1100", "02:00+1000", "03:00+1000"]),
    ("America/Santiago", "2026-09-06", "00:00-02:00", 60, 60, ["01:00-0300"]),
    ("America/Santiago", "2026-04-04", "22:00-00:00", 60, 60, ["22:00-0300", "23:00-0300", "23:00-0400"]),
    ("Pacific/Auckland", "2026-09-27", "01:00-04:00", 60, 60, ["01:00+1200", "03:00+1300"]),
    # Midnight is skipped; Casablanca leaves and returns to summer time around Ramadan.
    ("Asia/Beirut", "2026-03-29", "00:00-03:00", 60, 60, ["01:00+0300", "02:00+0300"]),
    ("Africa/Casablanca", "2026-02-15", "01:00-04:00", 60, 60, ["01:00+0100", "02:00+0100", "02:00+0000", "03:00+0000"]),
    # A day that does not end at midnight.
    ("Europe/Berlin", "2026-12-04", "22:00-02:00", 60, 60, ["00:00+0100", "01:00+0100", "22:00+0100", "23:00+0100"]),
    ("Europe/Berlin", "2026-12-03", "23:00-00:00", 50, 60, ["23:00+0100"]),
    ("Pacific/Kiritimati", "2027-01-01", "00:00-02:00", 60, 60, ["00:00+1400", "01:00+1400"]),
    ("Europe/Berlin", "2028-02-29", "09:00-10:00", 50, 60, ["09:00+0100"]),
]


@pytest.mark.parametrize(("name", "day", "hours", "length", "step", "expected"), DAYS)
def test_a_day_opens_these_times(name, day, hours, length, step, expected):
    service = Service(timedelta(minutes=length), step=timedelta(minutes=step))
    assert starts(week(name, hours), day, service) == expected


def test_in_the_gap_weeks_the_same_wall_time_is_another_time_for_the_other_side():
    berlin = zone("Europe/Berlin")
    service = Service(HOUR, step=HOUR, horizon=EVER)
    hours = week("America/New_York", "12:00-13:00")
    seen = [
        open_slots(hours, (), service, day_window("America/New_York", day))[0].start.astimezone(berlin).strftime("%H:%M")
        for day in ("2026-03-02", "2026-03-16", "2026-04-06", "2026-10-19", "2026-10-28", "2026-11-09")
    ]
    assert seen == ["18:00", "17:00", "18:00", "18:00", "17:00", "18:00"]


def test_a_slot_fits_whole():
    assert starts(week("Europe/Berlin", "09:00-09:49"), "2026-12-03") == []
    assert starts(week("Europe/Berlin", "09:00-09:50"), "2026-12-03") == ["09:00+0100"]


def test_slots_come_from_every_interval_in_order():
    hours = week("Europe/Berlin", "14:00-15:00", "09:00-10:00")
    assert starts(hours, "2026-12-03") == ["09:00+0100", "14:00+0100"]


def test_each_weekday_has_its_own_hours():
    hours = WorkingHours("Europe/Berlin", {3: (wall("09:00-10:00"),)})
    assert starts(hours, "2026-12-03") == ["09:00+0100"]
    assert starts(hours, "2026-12-04") == []


def test_an_exception_replaces_its_day_and_an_empty_one_closes_it():
    exceptions = {date(2026, 12, 3): (wall("15:00-16:00"),), date(2026, 12, 4): ()}
    hours = week("Europe/Berlin", "09:00-10:00", exceptions=exceptions)
    assert starts(hours, "2026-12-03") == ["15:00+0100"]
    assert starts(hours, "2026-12-04") == []
    assert starts(hours, "2026-12-05") == ["09:00+0100"]


def test_leave_takes_whole_local_days_and_what_runs_into_them():
    hours = week("Europe/Berlin", "22:00-02:00", leave=(Leave(date(2026, 12, 3), date(2026, 12, 4)),))
    service = Service(HOUR, step=HOUR)
    assert starts(hours, "2026-12-02", service) == ["00:00+0100", "01:00+0100", "22:00+0100", "23:00+0100"]
    assert starts(hours, "2026-12-03", service) == starts(hours, "2026-12-04", service) == []
    assert starts(hours, "2026-12-05", service) == ["22:00+0100", "23:00+0100"]


def test_a_busy_time_takes_what_it_touches_and_nothing_more():
    busy = [Busy(utc("2026-12-03T09:00"), utc("2026-12-03T10:00"))]
    assert starts(week("Europe/Berlin", "09:00-13:00"), "2026-12-03", Service(HOUR, step=HOUR), busy) == [
        "09:00+0100",
        "11:00+0100",
        "12:00+0100",
    ]


def test_overlapping_and_nested_busy_times_do_not_reopen_what_they_cover():
    busy = [
        Busy(utc("2026-12-03T08:00"), utc("2026-12-03T11:00")),
        Busy(utc("2026-12-03T08:10"), utc("2026-12-03T08:20")),
        Busy(utc("2026-12-03T10:30"), utc("2026-12-03T11:30")),
    ]
    assert starts(week("Europe/Berlin", "09:00-14:00"), "2026-12-03", Service(HOUR, step=HOUR), busy) == ["13:00+0100"]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (0, 0, ["09:00+0100", "10:00+0100", "11:00+0100", "12:00+0100"]),
        (0, 10, ["09:00+0100", "11:00+0100", "12:00+0100"]),
        (10, 0, ["09:00+0100", "10:00+0100", "12:00+0100"]),
        (10, 10, ["09:00+0100", "12:00+0100"]),
    ],
)
def test_quiet_time_is_kept_on_its_side(before, after, expected):
    service = Service(HOUR, step=HOUR, before=timedelta(minutes=before), after=timedelta(minutes=after))
    busy = [Busy(utc("2026-12-03T10:00"), utc("2026-12-03T10:00"))]
    assert starts(week("Europe/Berlin", "09:00-13:00"), "2026-12-03", service, busy) == expected


def test_two_quiet_times_share_the_longer_one():
    ten, fifteen = timedelta(minutes=10), timedelta(minutes=15)
    service = Service(timedelta(minutes=50), step=timedelta(minutes=5), before=ten, after=ten)
    busy = [Busy(utc("2026-12-03T08:00"), utc("2026-12-03T08:50"), before=fifteen, after=fifteen)]
    assert starts(week("Europe/Berlin", "09:00-11:00"), "2026-12-03", service, busy) == ["10:05+0100", "10:10+0100"]


def test_notice_is_elapsed_time():
    hours = week("Europe/Berlin", "00:00-06:00")
    service = Service(HOUR, step=HOUR, notice=timedelta(hours=4))
    now = utc("2026-03-28T23:00")
    window = Window(now, now + timedelta(hours=8), now)
    assert open_slots(hours, (), service, window)[0].start == utc("2026-03-29T03:00")


def test_the_horizon_ends_what_can_be_booked():
    hours = week("Europe/Berlin", "09:00-10:00")
    now = utc("2026-12-01T08:00")
    service = Service(HOUR, step=HOUR, horizon=timedelta(days=2))
    slots = open_slots(hours, (), service, Window(now, now + timedelta(days=30), now))
    assert [slot.start for slot in slots] == [utc("2026-12-01T08:00"), utc("2026-12-02T08:00")]


def test_the_past_is_never_open():
    now = utc("2026-12-03T08:30")
    slots = open_slots(week("Europe/Berlin", "09:00-12:00"), (), SESSION, Window(now - timedelta(days=7), now + HOUR, now))
    assert [slot.start for slot in slots] == [utc("2026-12-03T09:00")]


def test_a_full_day_is_closed_in_the_therapists_zone_and_leave_does_not_fill_it():
    service = Service(HOUR, step=HOUR, daily_cap=1)
    hours = week("Australia/Sydney", "08:00-18:00")
    held = Busy(utc("2026-12-02T22:00"), utc("2026-12-02T23:00"))
    other = Busy(utc("2026-12-03T22:00"), utc("2026-12-03T23:00"), session=False)
    assert starts(hours, "2026-12-03", service, [held, other]) == []
    assert "10:00+1100" in starts(hours, "2026-12-04", service, [held, other])


def test_overlapping_hours_offer_a_time_once():
    hours = week("Europe/Berlin", "09:00-11:00", "10:00-12:00")
    assert starts(hours, "2026-12-03") == ["09:00+0100", "10:00+0100", "11:00+0100"]


def test_the_same_times_open_whatever_part_of_the_day_is_looked_at():
    hours = week("Europe/Berlin", "08:00-20:00")
    service = Service(timedelta(minutes=50), step=timedelta(minutes=55), horizon=EVER)
    whole = open_slots(hours, (), service, day_window("Europe/Berlin", "2026-12-03"))
    part = open_slots(hours, (), service, Window(utc("2026-12-03T10:17"), utc("2026-12-03T15:00"), LONG_AGO))
    assert part == [slot for slot in whole if utc("2026-12-03T10:17") <= slot.start < utc("2026-12-03T15:00")]


def test_only_a_start_on_the_grid_is_open():
    hours = week("Europe/Berlin", "09:00-12:00")
    now = utc("2026-12-01T00:00")
    busy = [Busy(utc("2026-12-03T09:00"), utc("2026-12-03T09:50"))]
    assert is_open(hours, busy, SESSION, start=utc("2026-12-03T08:00"), now=now)
    assert not is_open(hours, busy, SESSION, start=utc("2026-12-03T08:01"), now=now)
    assert not is_open(hours, busy, SESSION, start=utc("2026-12-03T09:00"), now=now)
    assert not is_open(hours, busy, SESSION, start=utc("2026-12-03T12:00"), now=now)
    assert not is_open(hours, busy, SESSION, start=utc("2026-12-03T08:00"), now=utc("2026-12-03T08:01"))


def test_an_empty_window_is_empty():
    assert open_slots(week("Europe/Berlin", "09:00-12:00"), (), SESSION, Window(LONG_AGO, LONG_AGO, LONG_AGO)) == []


@pytest.mark.parametrize("wrong", [{"length": timedelta(0)}, {"step": timedelta(0)}, {"notice": -HOUR}, {"after": -HOUR}])
def test_a_service_that_cannot_be_cut_is_refused(wrong):
    with pytest.raises(Invalid):
        Service(**{"length": HOUR, **wrong})


def test_a_window_without_a_zone_is_refused():
    naive = LONG_AGO.replace(tzinfo=None)
    with pytest.raises(Invalid):
        open_slots(week("Europe/Berlin", "09:00-12:00"), (), SESSION, Window(naive, naive + HOUR, LONG_AGO))


quarter = st.integers(0, 95).map(lambda number: time(number // 4, number % 4 * 15))
minutes = st.integers(0, 20).map(lambda number: timedelta(minutes=5 * number))
CHANGES = ["2026-03-08", "2026-03-29", "2026-04-05", "2026-10-04", "2026-10-25", "2026-11-01", "2026-12-03"]
PLACES = ["Europe/Berlin", "Europe/Dublin", "America/New_York", "Australia/Lord_Howe", "Australia/Sydney", "Asia/Kolkata"]


@given(
    place=st.sampled_from(PLACES),
    day=st.sampled_from(CHANGES),
    interval=st.builds(WallInterval, quarter, quarter),
    taken=st.lists(st.tuples(st.integers(0, 24 * 12), minutes, minutes), max_size=6),
    service=st.builds(
        Service,
        length=minutes.filter(bool),
        step=minutes.filter(bool),
        before=minutes,
        after=minutes,
        notice=minutes,
        horizon=st.just(timedelta(days=3)),
    ),
)
def test_every_open_slot_keeps_every_rule_and_none_is_left_out(place, day, interval, taken, service):
    hours = WorkingHours(place, dict.fromkeys(range(7), (interval,)))
    window = day_window(place, day, days=2)
    now = window.start.astimezone(UTC)
    window = Window(window.start, window.end, now)
    busy = [Busy(now + number * timedelta(minutes=5), now + number * timedelta(minutes=5) + length, after=quiet) for number, length, quiet in taken]
    expected = set()
    for offset in range(-1, 3):
        work = interval.on(date.fromisoformat(day) + timedelta(days=offset), place)
        start = work.start
        while start + service.length <= work.end:
            end = start + service.length
            in_time = max(now, now + service.notice) <= start < window.end.astimezone(UTC)
            clear = all(
                end + max(service.after, entry.before) <= entry.start or start >= entry.end + max(service.before, entry.after)
                for entry in busy
            )
            if in_time and clear:
                expected.add((start, end))
            start += service.step
    slots = open_slots(hours, busy, service, window)
    assert [(slot.start, slot.end) for slot in slots] == sorted(expected)
