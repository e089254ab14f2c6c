"""Recurring times keep the time on the wall: dated vectors from both hemispheres, exceptions, and rules that no calendar could hold."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.features.scheduling.vectors import vectors
from vtclinic.core.errors import Invalid
from vtclinic.core.zones import zone, zone_names
from vtclinic.features.scheduling.recurrence import (
    CANCELLED,
    LAST,
    Every,
    Moved,
    Pattern,
    Recurrence,
    Rule,
    Trap,
    Window,
    days,
    nth_words,
    occurrence,
    trap,
)

DUBLIN = Pattern(date(2026, 10, 14), time(18, 30), "Europe/Dublin", Rule(interval=2, count=4))
ALL_YEAR = Window(datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 12, 31, tzinfo=UTC))


@pytest.fixture(autouse=True)
def clock():
    """Need no installation."""


def locals_of(series, window=ALL_YEAR):
    return [each.local for each in series.between(window)]


def test_there_are_enough_dated_vectors_from_both_hemispheres():
    cases = vectors()
    south = {"Australia", "Pacific/Auckland", "Pacific/Chatham", "Pacific/Apia", "Pacific/Norfolk", "America/Santiago", "America/Sao_Paulo"}
    assert len(cases) >= 60
    assert sum(any(case.pattern.zone.startswith(place) for place in south) for case in cases) >= 15
    assert len({case.name for case in cases}) == len(cases)


@pytest.mark.parametrize("case", vectors(), ids=lambda case: case.name)
def test_a_series_happens_at_the_instants_that_the_law_of_the_place_gives(case):
    window = Window(case.instants[0] - timedelta(days=400), case.instants[-1] + timedelta(seconds=1))
    assert tuple(each.start for each in Recurrence(case.pattern).between(window)) == case.instants
    for each in Recurrence(case.pattern).between(window):
        shown = each.start.astimezone(zone(case.pattern.zone)).replace(tzinfo=None)
        assert (shown != each.local) == (each.trap is Trap.SKIPPED)


def test_the_trap_is_named():
    assert trap(date(2026, 3, 29), time(2, 30), "Europe/Berlin") is Trap.SKIPPED
    assert trap(date(2026, 10, 25), time(2, 30), "Europe/Berlin") is Trap.REPEATED
    assert trap(date(2026, 10, 25), time(3, 0), "Europe/Berlin") is Trap.NONE
    assert trap(date(2026, 10, 4), time(2, 15), "Australia/Lord_Howe") is Trap.SKIPPED
    assert trap(date(2026, 10, 25), time(1, 30), "Europe/Dublin") is Trap.REPEATED


def test_a_window_cuts_at_instants_and_not_at_days():
    night = Recurrence(Pattern(date(2026, 10, 28), time(19, 0), "America/Los_Angeles", Rule(interval=2)))
    start = datetime(2026, 10, 29, 2, 0, tzinfo=UTC)
    assert [each.start for each in night.between(Window(start, start + timedelta(days=14)))] == [start]
    assert night.between(Window(start + timedelta(minutes=1), start + timedelta(days=14))) == []


def test_a_cancelled_time_is_left_out_and_still_counts():
    series = Recurrence(DUBLIN, {date(2026, 10, 28): CANCELLED})
    assert [moment.day for moment in locals_of(series)] == [14, 11, 25]


def test_a_moved_time_keeps_its_name_and_the_wall_of_its_new_day():
    series = Recurrence(DUBLIN, {date(2026, 10, 14): Moved(date(2026, 10, 30), time(9, 0))})
    found = series.between(ALL_YEAR)
    assert [(each.day, each.local) for each in found if each.moved] == [(date(2026, 10, 14), datetime(2026, 10, 30, 9, 0))]
    assert next(each for each in found if each.moved).start == datetime(2026, 10, 30, 9, 0, tzinfo=UTC)


def test_a_time_moved_into_a_window_is_found_from_far_away():
    series = Recurrence(DUBLIN, {date(2026, 10, 14): Moved(date(2027, 6, 1), time(9, 0))})
    june = Window(datetime(2027, 6, 1, tzinfo=UTC), datetime(2027, 6, 2, tzinfo=UTC))
    assert [each.day for each in series.between(june)] == [date(2026, 10, 14)]
    stray = Recurrence(DUBLIN, {date(2026, 10, 15): Moved(date(2027, 6, 1), time(9, 0))})
    assert stray.between(june) == []


def test_without_an_end_it_goes_on():
    forever = Pattern(date(2016, 1, 7), time(9, 0), "Europe/Rome")
    assert days(forever, date(2026, 12, 1), date(2026, 12, 31))[0] == date(2026, 12, 3)


def test_a_day_is_named_by_its_week_of_the_month_and_a_fifth_one_is_the_last():
    assert nth_words(date(2026, 11, 12)) == (2,)
    assert nth_words(date(2026, 11, 26)) == (4, LAST)
    assert nth_words(date(2026, 10, 29)) == (LAST,)


@pytest.mark.parametrize(
    "wrong",
    [
        {"interval": 0},
        {"interval": 27},
        {"count": 0},
        {"count": 5, "until": date(2027, 1, 1)},
        {"nth": 2},
        {"every": Every.MONTH},
        {"every": Every.MONTH, "nth": 5},
        {"every": Every.MONTH, "nth": 1, "interval": 13},
    ],
)
def test_a_rule_that_no_calendar_holds_is_refused(wrong):
    with pytest.raises(Invalid):
        Rule(**wrong)


def test_a_pattern_begins_on_a_day_of_its_rule_in_a_zone_that_exists():
    with pytest.raises(Invalid):
        Pattern(date(2026, 11, 12), time(9), "Europe/Rome", Rule(Every.MONTH, nth=1))
    with pytest.raises(Invalid):
        Pattern(date(2026, 11, 12), time(9), "Mars/Olympus")


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(zone_names())), st.dates(date(2015, 1, 1), date(2035, 12, 31)), st.integers(0, 287), st.integers(1, 8))
def test_the_wall_shows_the_time_wherever_that_time_exists(name, first, grain, interval):
    wall = (datetime.min + timedelta(minutes=5 * grain)).time()
    pattern = Pattern(first, wall, name, Rule(interval=interval, count=20))
    found = Recurrence(pattern).between(Window(datetime(2014, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC)))
    assert [each.day for each in found] == [first + timedelta(weeks=interval * number) for number in range(20)]
    for each in found:
        shown = each.start.astimezone(zone(name))
        assert shown.fold == 0
        if each.trap is not Trap.SKIPPED:
            assert shown.replace(tzinfo=None) == each.local
        else:
            assert timedelta(0) < shown.replace(tzinfo=None) - each.local <= timedelta(days=1)


def test_an_occurrence_is_named_by_its_day():
    assert occurrence(date(2026, 3, 29), date(2026, 3, 29), time(2, 30), "Europe/Berlin").start == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
