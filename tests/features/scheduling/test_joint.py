"""Several therapists at once: enough of each group are free, everybody's time is taken or nobody's, and work is spread by load."""

from collections import Counter
from datetime import timedelta
from itertools import permutations
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from tests.features.matching.telling import on_leave, tell, works
from tests.features.scheduling.conftest import THURSDAY
from tests.features.scheduling.test_pages import hidden, press, text
from vtclinic.core.errors import Invalid, NotFound
from vtclinic.core.uow import session
from vtclinic.features.records import api as records
from vtclinic.features.scheduling import booking as plain
from vtclinic.features.scheduling import calling_off, moving, placing, workload
from vtclinic.features.scheduling.joint import anybody, booking
from vtclinic.features.scheduling.joint.finding import Needed, team
from vtclinic.features.scheduling.models import Appointment, SlotClaim, grains
from vtclinic.features.scheduling.workload import Loads
from vtclinic.features.staff import api as staff

EVERYBODY = [UUID(int=number) for number in range(1, 6)]
subsets = st.lists(st.sampled_from(EVERYBODY), unique=True)


@pytest.fixture
def four(people, amara):
    """Amara and three colleagues."""
    return [amara, *(works(people, people.therapist(name), specialities=["worry"]) for name in ("Leila Haddad", "Tomas Brennan", "Niamh Walsh"))]


@given(st.lists(st.tuples(st.integers(1, 2), subsets), min_size=1, max_size=3), subsets)
@settings(max_examples=80, deadline=None)
def test_a_team_is_found_whenever_there_is_one(groups, free):
    needed = tuple(Needed(count, tuple(of)) for count, of in groups)
    seats = [group for group in needed for _seat in range(group.count)]
    possible = any(all(uid in seat.of for uid, seat in zip(chosen, seats, strict=True)) for chosen in permutations(free, len(seats)))
    found = team(needed, free, THURSDAY, Loads())
    assert (found is not None) == possible
    if found is not None:
        assert len(set(found)) == len(seats) and set(found) <= set(free)
        assert all(uid in seat.of for uid, seat in zip(found, seats, strict=True))


@given(st.permutations(EVERYBODY), st.lists(st.integers(0, 8), min_size=5, max_size=5))
@settings(max_examples=40, deadline=None)
def test_the_least_loaded_is_chosen_whatever_the_order(order, sessions):
    week = workload.monday(THURSDAY)
    loads = Loads(Counter({(uid, week): count for uid, count in zip(EVERYBODY, sessions, strict=True)}), dict.fromkeys(EVERYBODY, 20))
    chosen = loads.least(order, THURSDAY)
    assert chosen == loads.least(EVERYBODY, THURSDAY)
    assert loads.of(chosen, THURSDAY) == min(sessions) / 20


def test_equals_take_turns_over_many_times():
    loads = Loads(Counter(), dict.fromkeys(EVERYBODY, 20))
    chosen = Counter(loads.least(EVERYBODY, THURSDAY + timedelta(hours=number)) for number in range(500))
    assert min(chosen[uid] for uid in EVERYBODY) > 60


def test_work_spreads_evenly_over_people_with_equal_hours(people, sam, four):
    """Each of eight patients takes the same week with whoever has most room."""
    for number in range(8):
        patient = people.patient(f"Patient Number{chr(65 + number)}")
        tell(people, patient)
        who, start = people.actor(patient), THURSDAY + timedelta(hours=number % 2)
        with people.inside():
            chosen = anybody.choose(who, start)
            plain.book(who, plain.Wish(chosen, start, "Europe/Dublin", UUID(int=number)))
    with people.inside():
        held = Counter(session().scalars(select(Appointment.therapist_uid)))
    assert sorted(held.values()) == [2, 2, 2, 2]


def test_two_of_three_and_one_of_two_are_booked_and_claimed_together(people, sam, four):
    ruth, groups = people.actor(people.admin()), [Needed(2, tuple(four[:3])), Needed(1, tuple(four[2:]))]
    with people.inside():
        made = booking.book_together(ruth, sam, groups, THURSDAY)
        team_of = {made.therapist_uid, *booking.others_in(made.uid)}
        assert (len(team_of) == 3 and four[3] in team_of) or four[2] in team_of
        assert session().scalar(select(func.count()).select_from(SlotClaim)) == 4 * len(grains(made.starts_at, made.ends_at))
        assert set(records.therapists_of(sam)) == team_of


def test_who_takes_part_is_busy_and_free_again_when_it_is_called_off(people, sam, four, book):
    other = people.patient("Alex Quinn")
    tell(people, other)
    ruth, me = people.actor(people.admin()), people.actor(sam)
    with people.inside():
        made = booking.book_together(ruth, sam, [Needed(4, tuple(four))], THURSDAY)
    for uid in four:
        with pytest.raises(plain.SlotTaken):
            book(other, therapist=uid)
    with people.inside():
        calling_off.cancel(me, made.uid)
    assert book(other, therapist=four[3]).is_booked


def test_a_joint_session_moves_to_times_when_everybody_is_free_and_takes_everybody_along(people, sam, four, book):
    ruth, other = people.actor(people.admin()), people.patient("Alex Quinn")
    tell(people, other)
    later = [THURSDAY + timedelta(hours=number) for number in (1, 2)]
    with people.inside():
        made = booking.book_together(ruth, sam, [Needed(2, tuple(four[:2]))], THURSDAY)
    beside = next(uid for uid in four[:2] if uid != made.therapist_uid)
    book(other, later[0], therapist=beside)
    second = people.actor(beside)
    with people.inside():
        starts = {slot.start for slot in moving.choices(second, made.uid).openings.slots}
        assert later[0] not in starts and later[1] in starts
        with pytest.raises(placing.SlotTaken):
            moving.move(second, made.uid, later[0])
        moving.move(second, made.uid, later[1])
        taken = session().scalars(select(SlotClaim.holder_uid).where(SlotClaim.for_uid == made.uid, SlotClaim.at >= later[1]))
        assert set(taken) == {sam, *four[:2]}


def test_when_too_few_are_free_nothing_is_booked(people, sam, four, book):
    ruth = people.actor(people.admin())
    on_leave(people, four[1], THURSDAY.date(), THURSDAY.date())
    with pytest.raises(plain.SlotTaken), people.inside():
        booking.book_together(ruth, sam, [Needed(2, tuple(four[:2]))], THURSDAY)
    with pytest.raises(Invalid), people.inside():
        booking.joint_times(ruth, sam, [Needed(3, tuple(four[:2]))])
    with pytest.raises(NotFound), people.inside():
        booking.joint_times(people.actor(four[0]), sam, [Needed(1, tuple(four[:2]))])
    with people.inside():
        assert session().scalar(select(func.count()).select_from(Appointment)) == 0


def test_staff_book_a_joint_session_on_the_page(people, sam, four, at):
    ruth = at(people.admin())
    to = press(ruth, "/joint-sessions/new", patient=str(sam)).location
    url = f"{to}?first={four[0]}&first={four[1]}&first_count=1&second={four[2]}&second_count=1"
    page = ruth.get(url)
    assert "Times when enough are free" in text(page)
    answer = ruth.post(url, data={"csrf_token": hidden(page, "csrf_token"), "slot": "20261126T1400Z"})
    assert answer.status_code == 303
    assert "Thursday 26 November, 14:00" in text(ruth.get(answer.location))
    assert ruth.post(url, data={"csrf_token": hidden(page, "csrf_token"), "slot": "20261126T1400Z"}).status_code == 409


def test_a_colleague_sees_the_joint_session_in_the_calendar_and_opens_it(people, sam, four, at):
    ruth = people.actor(people.admin())
    with people.inside():
        made = booking.book_together(ruth, sam, [Needed(2, tuple(four[:2]))], THURSDAY)
        other = booking.others_in(made.uid)[0]
    browser = at(other)
    assert "Sam Byrne" in text(browser.get("/calendar?week=2026-11-23"))
    assert browser.get(f"/calendar/{made.uid}").status_code == 200
    assert at(four[3]).get(f"/calendar/{made.uid}").status_code == 404


def test_whoever_is_free_leads_to_the_one_with_most_room(people, sam, four, at):
    with people.inside():
        expected = anybody.choose(people.actor(sam), THURSDAY)
        assert expected in {row.uid for row in staff.active_therapists()}
    browser = at(sam)
    assert "See with whom" in text(browser.get("/sessions/new/anybody"))
    answer = browser.get("/sessions/new/anybody/check?slot=20261126T1400Z")
    assert answer.location.startswith(f"/sessions/new/{expected}/check")
