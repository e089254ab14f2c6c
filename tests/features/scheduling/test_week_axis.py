"""How days are drawn: each instant of a day has one place, in its order, on days of 23, 24, 25 and other hours."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vtclinic.features.scheduling.week.axis import Axis, Span, axis, shape

DAYS = [
    # day, zone, hours, skipped, shown twice (minutes of the wall's clock)
    ((2026, 10, 25), "Europe/Dublin", 25, None, (60, 120)),
    ((2026, 3, 29), "Europe/Dublin", 23, (60, 120), None),
    ((2026, 11, 1), "America/New_York", 25, None, (60, 120)),
    ((2026, 4, 5), "Australia/Lord_Howe", 24.5, None, (90, 120)),
    ((2026, 10, 4), "Australia/Lord_Howe", 23.5, (120, 150), None),
    ((2026, 4, 24), "Africa/Cairo", 23, (0, 60), None),
    ((2026, 4, 23), "Africa/Cairo", 24, None, None),
    ((2026, 10, 29), "Africa/Cairo", 25, None, (1380, 1440)),
    ((2026, 4, 4), "America/Santiago", 25, None, (1380, 1440)),
    ((2026, 9, 6), "America/Santiago", 23, (0, 60), None),
    ((2026, 7, 1), "Asia/Kolkata", 24, None, None),
]


@pytest.mark.parametrize(("on", "zone", "hours", "skipped", "twice"), DAYS)
def test_a_day_has_the_shape_its_clock_gives_it(on, zone, hours, skipped, twice):
    found = shape(date(*on), zone)
    assert (found.hours, found.skipped, found.twice) == (hours, skipped and Span(*skipped), twice and Span(*twice))


@pytest.mark.parametrize(("on", "zone"), [(row[0], row[1]) for row in DAYS])
def test_each_instant_has_its_own_place_in_its_order_and_none_is_crossed_out(on, zone):
    day = shape(date(*on), zone)
    drawn = axis([day])
    step = timedelta(minutes=5)
    places = [drawn.of(day.start + number * step, zone) for number in range((day.end - day.start) // step)]
    assert places == sorted(set(places))
    missing = drawn.missing(day)
    assert not [place for place in places if any(span.start <= place < span.end for span in missing)]
    assert len(places) * 5 + sum(span.minutes for span in missing) == drawn.length


def test_an_hour_that_one_day_shows_twice_is_crossed_out_on_the_others():
    week = [shape(date(2026, 10, 19) + timedelta(days=number), "Europe/Dublin") for number in range(7)]
    drawn = axis(week)
    assert drawn.length == 25 * 60
    assert [hour for _row, hour in drawn.hours()][:4] == [0, 1, 1, 2]
    assert drawn.missing(week[-1]) == []
    assert {tuple(drawn.missing(day)) for day in week[:-1]} == {(Span(120, 180),)}
    late = week[-1].start + timedelta(hours=2, minutes=30)  # the second half past one
    assert drawn.of(late, "Europe/Dublin") == 150
    assert drawn.of(week[0].start + timedelta(hours=2, minutes=30), "Europe/Dublin") == 210


def test_a_session_that_ends_at_midnight_ends_with_the_day():
    day = shape(date(2026, 10, 24), "Europe/Dublin")
    assert axis([day]).span(day.end - timedelta(minutes=50), day.end, "Europe/Dublin") == Span(23 * 60 + 10, 24 * 60)


@settings(max_examples=60, deadline=None)
@given(first=st.integers(0, 22), hours=st.integers(1, 24), minute=st.integers(-200, 1700))
def test_every_row_lies_within_the_rows_drawn(first, hours, minute):
    drawn = Axis((), Span(first * 60, min(first + hours, 24) * 60))
    assert 1 <= drawn.row(minute) <= drawn.rows + 1
