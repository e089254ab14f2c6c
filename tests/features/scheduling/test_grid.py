"""Many therapists' open times at once are the very times that each one's own computation gives."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import uuid4

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vtclinic.features.scheduling.grid import Person, Stretches, open_grid, seconds
from vtclinic.features.scheduling.times import Busy, Leave, Service, WallInterval, Window, WorkingHours, open_slots

ZONES = ("Europe/Dublin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Africa/Casablanca", "Pacific/Apia")
# Weeks in which clocks change, and one in which none does.
STARTS = (date(2026, 3, 5), date(2026, 3, 25), date(2026, 10, 1), date(2026, 10, 22), date(2027, 2, 5), date(2026, 6, 1))
walls = st.builds(time, st.integers(0, 23), st.sampled_from((0, 15, 30, 45)))
intervals = st.lists(st.builds(WallInterval, walls, walls), max_size=2).map(tuple)


@st.composite
def rules(draw):
    minutes = st.sampled_from((0, 5, 10, 25))
    return Service(
        length=timedelta(minutes=draw(st.sampled_from((25, 50, 90)))),
        step=timedelta(minutes=draw(st.sampled_from((15, 30, 60)))),
        before=timedelta(minutes=draw(minutes)),
        after=timedelta(minutes=draw(minutes)),
        notice=timedelta(hours=draw(st.sampled_from((0, 4, 30)))),
        horizon=timedelta(days=draw(st.sampled_from((3, 9)))),
        daily_cap=draw(st.sampled_from((None, None, 1, 2))),
    )


@st.composite
def therapists(draw, now):
    days = st.integers(0, 10).map(lambda number: now.date() + timedelta(days=number))
    leave = tuple(Leave(day, day + timedelta(days=draw(st.integers(0, 2)))) for day in draw(st.lists(days, max_size=2)))
    exceptions = draw(st.dictionaries(days, intervals, max_size=1)) if draw(st.booleans()) else {}
    hours = WorkingHours(draw(st.sampled_from(ZONES)), draw(st.dictionaries(st.integers(0, 6), intervals, max_size=7)), exceptions, leave)
    grain = st.integers(0, 9 * 288).map(lambda number: now.replace(minute=0, second=0, microsecond=0) + timedelta(minutes=5 * number))
    quiet = st.sampled_from((timedelta(0), timedelta(minutes=15)))
    busy = [
        Busy(start, start + timedelta(minutes=draw(st.sampled_from((25, 50, 600)))), draw(quiet), draw(quiet), draw(st.booleans()))
        for start in draw(st.lists(grain, max_size=6))
    ]
    return hours, busy


@st.composite
def scenes(draw):
    now = datetime.combine(draw(st.sampled_from(STARTS)), draw(walls), UTC) + timedelta(seconds=draw(st.sampled_from((0, 17.25))))
    people = draw(st.lists(st.tuples(therapists(now), rules()), min_size=1, max_size=3))
    return now, people, draw(st.sampled_from((None, now + timedelta(days=4, hours=3, minutes=20))))


@settings(max_examples=120, deadline=None)
@given(scenes())
def test_the_grid_is_what_each_therapists_own_computation_gives(scene):
    now, people, until = scene
    window = Window(now, now + timedelta(days=8), now)
    named = [(Person(uuid4(), hours, kind, until), busy) for (hours, busy), kind in people]
    grid = open_grid([person for person, _busy in named], {person.uid: [stretch(entry) for entry in busy] for person, busy in named}, window)
    for person, busy in named:
        wanted = [slot for slot in open_slots(person.hours, busy, person.rules, window) if until is None or slot.end <= until]
        assert grid.slots(person.uid) == wanted
        assert grid.first(person.uid) == (wanted[0].start if wanted else None)


def test_nobody_has_no_times():
    now = datetime(2026, 6, 1, tzinfo=UTC)
    assert len(open_grid([], {}, Window(now, now + timedelta(days=1), now))) == 0


@pytest.mark.parametrize("zone", ZONES)
def test_somebody_without_hours_has_no_times(zone):
    now = datetime(2026, 6, 1, tzinfo=UTC)
    person = Person(uuid4(), WorkingHours(zone, {}), Service(timedelta(minutes=50)))
    grid = open_grid([person], {}, Window(now, now + timedelta(days=9), now))
    assert (grid.first(person.uid), grid.slots(person.uid)) == (None, [])


def stretch(entry):
    begin, end = np.array([seconds(entry.start)]), np.array([seconds(entry.end)])
    return Stretches(begin, end, int(entry.before.total_seconds()), int(entry.after.total_seconds()), entry.session)
