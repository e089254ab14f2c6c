"""Reminders are planned when a time is booked, told once, follow a move, end with a cancelling, and heed what people chose."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from tests.features.scheduling.conftest import THURSDAY
from vtclinic.core.outbox import OutboxMail
from vtclinic.core.uow import session
from vtclinic.features.notifications.choices import choose, my_choices
from vtclinic.features.notifications.models import Notification
from vtclinic.features.scheduling import calling_off, diary, placing, reminders
from vtclinic.features.scheduling.models import PlannedNotice

NEXT_WEEK = THURSDAY + timedelta(days=7)


@pytest.fixture
def planned(people):
    """What is planned: kind and moment, earliest first."""

    def read():
        with people.inside():
            return [(row.kind, row.due_at) for row in session().scalars(select(PlannedNotice).order_by(PlannedNotice.due_at))]

    return read


@pytest.fixture
def told(people):
    """The kinds told so far, and how many reminder letters wait or went."""

    def read():
        with people.inside():
            kinds = [row.kind.removeprefix("reminder.") for row in session().scalars(select(Notification).order_by(Notification.created_at)) if row.kind.startswith("reminder.")]
            mails = session().scalars(select(OutboxMail.template).where(OutboxMail.template.like("appointment-reminder%"))).all()
            return kinds, len(mails)

    return read


def test_booking_plans_and_each_reminder_is_told_once(sam, book, remind, planned, told, clock):
    book(sam, NEXT_WEEK)
    remind()
    assert planned() == [("week", THURSDAY), ("days", NEXT_WEEK - timedelta(days=2)), ("hours", NEXT_WEEK - timedelta(hours=2))]
    for moment, so_far in ((THURSDAY, 1), (NEXT_WEEK - timedelta(days=2), 2), (NEXT_WEEK - timedelta(hours=2), 3)):
        clock.move_to(moment - timedelta(seconds=1))
        remind()
        assert len(told()[0]) == so_far - 1
        clock.move_to(moment)
        remind()
        remind()
        assert told() == (["week", "days", "hours"][:so_far], so_far)


def test_after_a_standstill_one_reminder_says_it_all(sam, book, remind, told, clock):
    book(sam, NEXT_WEEK)
    remind()
    clock.move_to(NEXT_WEEK - timedelta(hours=1))
    remind()
    assert told() == (["hours"], 1)


def test_what_fell_due_before_a_worker_first_ran_is_told_late_and_not_lost(sam, book, remind, told, clock):
    book(sam, NEXT_WEEK)
    clock.move_to(NEXT_WEEK - timedelta(days=1))
    remind()
    assert told() == (["days"], 1)


def test_nobody_is_reminded_of_what_has_begun_or_was_called_off(people, sam, amara, book, remind, planned, told, clock):
    gone, begun = book(sam, NEXT_WEEK), book(sam, THURSDAY)
    remind()
    who = people.actor(sam)
    with people.inside():
        calling_off.cancel(who, gone.uid)
    assert {moment < THURSDAY for _kind, moment in planned()} == {True}
    clock.move_to(begun.starts_at)
    remind()
    assert told()[0] == []


def test_a_moved_session_is_reminded_of_anew_and_its_old_letter_is_taken_back(people, sam, book, remind, planned, told, clock):
    made = book(sam, NEXT_WEEK)
    remind()
    clock.move_to(THURSDAY)
    remind()
    with people.inside():
        placing.move(diary.appointment(made.uid), NEXT_WEEK + timedelta(days=8), NEXT_WEEK + timedelta(days=8, minutes=50))
        assert session().scalar(select(OutboxMail.to).where(OutboxMail.template == "appointment-reminder")) is None
    remind()
    assert [kind for kind, _moment in planned()] == ["week", "days", "hours"]
    clock.move_to(NEXT_WEEK + timedelta(days=1))
    remind()
    assert told()[0] == ["week", "week"]


def test_a_clock_set_back_doubles_nothing_and_one_set_forward_loses_nothing(people, sam, book, remind, planned, told, clock):
    book(sam, NEXT_WEEK)
    remind()
    clock.move_to(NEXT_WEEK + timedelta(days=30))
    remind()
    assert told()[0] == [], "too late for any; they stay, should the clock be wrong"
    clock.move_to(THURSDAY)
    remind()
    clock.move_to(THURSDAY - timedelta(days=1))
    remind()
    with people.inside():
        reminders.ask_for(sam)
    remind()
    clock.move_to(THURSDAY + timedelta(minutes=1))
    remind()
    assert told() == (["week"], 1)
    assert [kind for kind, _moment in planned()] == ["days", "hours"]


def test_what_somebody_mutes_is_not_planned_and_a_change_of_mind_plans_anew(people, sam, book, remind, planned):
    book(sam, NEXT_WEEK)
    remind()
    who = people.actor(sam)
    with people.inside():
        held = {kind.name: ways for kind, ways in my_choices(who).kinds}
        choose(who, held | {"reminder.days": frozenset(), "reminder.week": frozenset()}, ("", ""))
    remind()
    assert planned() == [("cut-off", NEXT_WEEK - timedelta(hours=26)), ("hours", NEXT_WEEK - timedelta(hours=2))]


def test_a_therapist_is_reminded_only_on_wish(people, sam, amara, book, remind, planned, told, clock):
    book(sam, NEXT_WEEK)
    remind()
    assert "staff" not in dict(planned())
    who = people.actor(amara)
    with people.inside():
        choose(who, {"reminder.staff": frozenset({"in_app", "mail"})}, ("", ""))
    remind()
    assert dict(planned())["staff"] == NEXT_WEEK - timedelta(hours=1)
    clock.move_to(NEXT_WEEK - timedelta(hours=1))
    remind()
    assert "staff" in told()[0]


def test_a_reminder_that_cannot_be_told_holds_back_no_other(people, sam, book, remind, told, clock, monkeypatch):
    first, second = book(sam, NEXT_WEEK), book(sam, NEXT_WEEK + timedelta(hours=1))
    remind()
    real = reminders._tell
    monkeypatch.setattr(reminders, "_tell", lambda appointment, waiting: 1 / 0 if appointment.uid == first.uid else real(appointment, waiting))
    clock.move_to(THURSDAY + timedelta(hours=1))
    remind()
    assert told()[0] == ["week"]
    monkeypatch.setattr(reminders, "_tell", real)
    remind()
    assert told()[0] == ["week", "week"]
    assert second.uid != first.uid


def test_what_is_due_is_found_by_an_index(people, sam, book):
    book(sam, NEXT_WEEK)
    with people.inside():
        plan = session().execute(text("EXPLAIN QUERY PLAN SELECT appointment_uid FROM planned_notice WHERE due_at <= '2026-12-01' AND until > '2026-12-01' ORDER BY due_at LIMIT 500"))
        assert "ix_planned_notice_due_at" in " ".join(str(row) for row in plan)
