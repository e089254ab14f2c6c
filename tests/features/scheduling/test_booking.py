"""Booking: one person gets a time, a second press changes nothing, and the law is asked first."""

from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import func, select

from tests.features.matching.telling import on_leave, tell, works
from tests.features.scheduling.conftest import MONDAY, THURSDAY
from vtclinic.core import sockets
from vtclinic.core.audit import AuditEntry
from vtclinic.core.errors import Forbidden, NotFound
from vtclinic.core.ids import new_id
from vtclinic.core.outbox import OutboxMail
from vtclinic.core.uow import session
from vtclinic.features.intake import service as intake
from vtclinic.features.records import api as records
from vtclinic.features.scheduling import booking, openings
from vtclinic.features.scheduling.booking import NotBookable, SlotTaken
from vtclinic.features.scheduling.models import Appointment, SlotClaim, grains
from vtclinic.features.staff import api as staff


def count(people, table):
    with people.inside():
        return session().scalar(select(func.count()).select_from(table))


def test_a_booking_opens_care_writes_to_both_and_is_noted(people, sam, amara, book):
    made = book(sam)
    assert (made.starts_at, made.ends_at) == (THURSDAY, THURSDAY + timedelta(minutes=50))
    with people.inside():
        assert records.in_care(sam, amara)
        assert {row.template for row in session().scalars(select(OutboxMail))} >= {"appointment-booked", "appointment-new-staff"}
        assert "appointment.booked" in set(session().scalars(select(AuditEntry.action)))


def test_a_time_is_booked_once(people, sam, book):
    other = people.patient("Alex Quinn")
    tell(people, other)
    book(sam)
    with pytest.raises(SlotTaken) as taken:
        book(other)
    assert THURSDAY not in [slot.start for slot in taken.value.near]
    assert {slot.start for slot in taken.value.near} >= {THURSDAY - timedelta(hours=1), THURSDAY + timedelta(hours=1)}


def test_the_claims_decide_even_when_the_look_before_was_wrong(people, sam, book, monkeypatch):
    other = people.patient("Alex Quinn")
    tell(people, other)
    with people.inside():
        stale = booking.check(people.actor(other), booking.Wish(staff.active_therapists()[0].uid, THURSDAY, "Europe/Dublin", new_id()))
    book(sam)
    monkeypatch.setattr(booking, "check", lambda _actor, _wish: stale)
    with pytest.raises(SlotTaken):
        book(other)
    assert count(people, Appointment) == 1


@pytest.mark.parametrize("same_key", [True, False])
def test_a_double_press_and_a_second_tab_book_once(people, sam, book, same_key):
    key = new_id()
    first = book(sam, key=key)
    second = book(sam, key=key if same_key else new_id())
    assert first.uid == second.uid
    assert count(people, Appointment) == 1
    with people.inside():
        assert len([row for row in session().scalars(select(OutboxMail.template)) if row == "appointment-booked"]) == 1


def test_nobody_can_be_in_two_sessions_at_once(people, sam, book):
    leila = works(people, people.therapist("Leila Haddad"), specialities=["sleep"])
    book(sam)
    with pytest.raises(SlotTaken):
        book(sam, therapist=leila)


def test_of_two_who_book_at_once_one_wins(people, sam, amara, wish):
    other = people.patient("Alex Quinn")
    tell(people, other)
    assert sorted(_race(people, [(sam, wish()), (other, wish())])) == ["SlotTaken", "booked"]
    assert count(people, Appointment) == 1
    assert count(people, SlotClaim) == 2 * len(grains(THURSDAY, THURSDAY + timedelta(minutes=50)))


def test_of_two_presses_at_once_both_show_the_same_booking(people, sam, wish):
    pressed = wish()
    assert _race(people, [(sam, pressed), (sam, pressed)]) == ["booked", "booked"]
    assert count(people, Appointment) == 1


def test_overlapping_times_conflict_too(people, sam, amara, book):
    other = people.patient("Alex Quinn")
    tell(people, other)
    book(sam)
    with pytest.raises(SlotTaken):
        book(other, THURSDAY + timedelta(minutes=30))


def test_what_fails_halfway_leaves_nothing(people, sam, wish, monkeypatch):
    monkeypatch.setattr(booking.letters, "tell_booked", _power_cut)
    who = people.actor(sam)
    with pytest.raises(ZeroDivisionError), people.inside():
        booking.book(who, wish())
    assert (count(people, Appointment), count(people, SlotClaim)) == (0, 0)
    with people.inside():
        assert records.therapists_of(sam) == []


def test_without_a_verified_licence_there_is_no_booking(people, sam, book):
    tomas = works(people, people.therapist("Tomás Keane", licensed=False), specialities=["worry"])
    with pytest.raises(NotBookable):
        book(sam, therapist=tomas)


def test_a_licence_must_hold_on_the_day_of_the_session(people, sam, amara, book):
    with people.inside():
        staff.credentials_of([amara])[amara][0].expires_on = date(2026, 11, 25)
    with pytest.raises(NotBookable):
        book(sam)
    assert book(sam, datetime(2026, 11, 25, 14, 0, tzinfo=UTC)).is_booked


def test_a_licence_must_hold_where_the_patient_is(people, sam, book):
    who = people.actor(sam)
    with people.inside():
        records.change_profile(who, sam, place={"country": "US", "region": "CA", "city": ""})
    with pytest.raises(NotBookable):
        book(sam)


def test_a_full_therapist_takes_nobody_new_but_keeps_their_own(people, sam, amara, book):
    works(people, amara, capacity=1)
    other = people.patient("Alex Quinn")
    tell(people, other)
    book(sam)
    with pytest.raises(NotBookable):
        book(other, THURSDAY + timedelta(hours=1))
    assert book(sam, THURSDAY + timedelta(days=1)).is_booked


def test_without_consent_there_is_no_booking(people, sam, book):
    who = people.actor(sam)
    with people.inside():
        intake.withdraw(who, "care")
    with pytest.raises(NotBookable):
        book(sam)


def test_somebody_who_left_cannot_be_booked(people, sam, amara, book):
    with people.inside():
        staff.therapist(amara).user.state = "disabled"
    with pytest.raises(NotFound):
        book(sam)


def test_only_patients_book(people, amara, book):
    with pytest.raises(Forbidden):
        book(amara)


def test_a_time_in_the_past_or_too_soon_is_not_open(people, sam, book, clock):
    clock.move_to(THURSDAY - timedelta(hours=3))
    with pytest.raises(SlotTaken):
        book(sam)


def test_leave_closes_days(people, sam, amara, book):
    on_leave(people, amara, date(2026, 11, 26), date(2026, 11, 26))
    with pytest.raises(SlotTaken):
        book(sam)


def test_the_first_free_time_is_found_for_many_at_once(people, sam, amara, book):
    leila = works(people, people.therapist("Leila Haddad"), hours={})
    with people.inside():
        found = openings.first_free([amara, leila], sam)
    assert found == {amara: MONDAY + timedelta(hours=4), leila: None}
    book(sam, MONDAY + timedelta(hours=4))
    with people.inside():
        assert openings.first_free([amara], sam)[amara] == MONDAY + timedelta(hours=5)


def test_hours_keep_their_wall_time_over_a_change_of_clocks(people, sam, amara, clock):
    clock.move_to(datetime(2027, 3, 25, 8, 0, tzinfo=UTC))  # Monday the 29th is a public holiday
    with people.inside():
        slots = openings.openings(staff.therapist(amara), sam).slots
    starts = {day: [slot.start.hour for slot in slots if slot.start.date() == day] for day in (date(2027, 3, 26), date(2027, 3, 30))}
    assert starts == {date(2027, 3, 26): list(range(9, 17)), date(2027, 3, 30): list(range(8, 16))}


def _race(people, wishes):
    """Book at the same moment; returns what became of each, in the order of the wishes."""
    works = [partial(booking.book, people.actor(patient), wish) for patient, wish in wishes]
    return ["SlotTaken" if isinstance(end, SlotTaken) else "booked" for end in people.at_once(works, told=SlotTaken)]


def _power_cut(_appointment):
    raise ZeroDivisionError



def test_open_browsers_are_told_ids_and_nothing_else(people, sam, amara, book):
    heard = []
    sockets.set_emitter(lambda room, event, payload: heard.append((room.split(":", 1)[1], event, payload)))
    made = book(sam)
    sockets.set_emitter(lambda *_: None)
    assert (f"user:{amara}", "calendar.changed", {"appointment": str(made.uid)}) in heard
