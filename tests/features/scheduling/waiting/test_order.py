"""Who comes first and how long a time is kept, as arithmetic."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vtclinic.features.scheduling.waiting.fairness import shown
from vtclinic.features.scheduling.waiting.order import HEAD_START, SHORTEST, hold_until, rank
from vtclinic.features.scheduling.waiting.wishes import fits

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
NOTICE = timedelta(hours=4)
ONE, OTHER = UUID(int=1), UUID(int=2)


def test_a_higher_level_passes_only_whom_its_head_start_reaches():
    assert rank(NOON, 1, OTHER) < rank(NOON - timedelta(days=27), 0, ONE)
    assert rank(NOON - timedelta(days=29), 0, ONE) < rank(NOON, 1, OTHER)


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 2)), max_size=40), st.integers(0, 2))
@settings(max_examples=60, deadline=None)
def test_nobody_waits_for_ever(newcomers, level):
    """Whoever joins after an entry has waited for two head starts never passes it, so those ahead of it only grow fewer."""
    mine = rank(NOON, level, ONE)
    later = [rank(NOON + 2 * HEAD_START + timedelta(days=days, seconds=1), other, OTHER) for days, other in newcomers]
    assert all(mine < theirs for theirs in later)


@pytest.mark.parametrize(
    ("now", "start", "until"),
    [
        (NOON, NOON + timedelta(days=3), datetime(2026, 11, 24, 10, 0, tzinfo=UTC)),  # half a day ends at midnight: ten in the morning
        (NOON - timedelta(hours=3), NOON + timedelta(days=3), NOON - timedelta(hours=3) + timedelta(hours=12) + timedelta(hours=13)),  # nine in the evening is night
        (NOON, NOON + timedelta(hours=10), NOON + timedelta(hours=3)),  # soon: half of the six hours before the notice
        (NOON, NOON + timedelta(hours=4, minutes=40), NOON + timedelta(minutes=30)),  # the shortest
        (NOON, NOON + timedelta(hours=4, minutes=29), None),  # too late to ask
        (NOON + timedelta(hours=9), NOON + timedelta(hours=21), NOON + timedelta(hours=17)),  # asked at night: until the notice, not past it
    ],
)
def test_a_time_is_kept_for_half_a_day_shorter_when_it_is_soon_and_never_past_the_notice(now, start, until):
    assert hold_until(now, start, NOTICE, "Europe/Dublin") == until


@given(st.integers(0, 60 * 24 * 10), st.integers(0, 60 * 24), st.sampled_from(["Europe/Dublin", "Asia/Kolkata", "Pacific/Auckland", "America/St_Johns"]))
@settings(max_examples=80, deadline=None)
def test_no_time_is_kept_past_its_notice_or_for_less_than_half_an_hour(ahead, notice, zone):
    start = NOON + timedelta(minutes=ahead)
    until = hold_until(NOON, start, timedelta(minutes=notice), zone)
    if until is None:
        assert start - timedelta(minutes=notice) - NOON < SHORTEST
    else:
        assert NOON + SHORTEST <= until <= start - timedelta(minutes=notice)


def test_wishes_are_read_on_the_clock_of_who_waits():
    late = datetime(2026, 11, 26, 23, 30, tzinfo=UTC)  # Friday morning in Kolkata
    assert fits(late, NOON, zone_name="Asia/Kolkata", days=[4], parts=["morning"], notice_hours=48)
    assert not fits(late, NOON, zone_name="Europe/Dublin", days=[4], parts=[], notice_hours=0)
    assert not fits(NOON + timedelta(hours=3), NOON, zone_name="Europe/Dublin", days=[], parts=[], notice_hours=4)


def test_a_small_group_is_hidden_and_never_alone():
    assert shown({"a": 30, "b": 12, "c": 9}) == {"a"}
    assert shown({"a": 30, "b": 12, "c": 9, "d": 3}) == {"a", "b"}
    assert shown({"a": 30, "b": 12}) == {"a", "b"}
