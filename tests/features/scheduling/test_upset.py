"""When a session cannot take place as booked, the patient is told once and chooses; nothing is called off in silence."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from tests.features.matching.telling import tell, works
from tests.features.scheduling.conftest import MONDAY, THURSDAY
from vtclinic.core.errors import Conflict, NotFound
from vtclinic.core.outbox import OutboxMail
from vtclinic.core.uow import session
from vtclinic.features.notifications.api import EVERYWHERE
from vtclinic.features.notifications.choices import choose, my_choices
from vtclinic.features.notifications.models import Notification
from vtclinic.features.records import api as records
from vtclinic.features.scheduling import diary, moving, placing
from vtclinic.features.scheduling.models import ClaimKind, JointTherapist, PlannedNotice
from vtclinic.features.scheduling.upset import licences, seeing_to, sweeping
from vtclinic.features.scheduling.upset.models import Cause, Outcome, SessionTrouble
from vtclinic.features.scheduling.waiting.models import Level
from vtclinic.features.staff import api as staff
from vtclinic.features.staff import practice
from vtclinic.identity import service as identity


@pytest.fixture
def leila(people):
    return works(people, people.therapist("Leila Haddad"), title="Psychologist", specialities=["worry"])


@pytest.fixture
def away(people, amara):
    """Put Amara on leave for Thursday."""

    def make(cover=None, words=""):
        me = people.actor(amara)
        with people.inside():
            practice.add_leave(me, amara, THURSDAY.date(), THURSDAY.date(), cover_uid=cover, words=words)

    return make


def troubles(people):
    with people.inside():
        return [(row.cause, row.outcome, row.told_at is not None) for row in session().scalars(select(SessionTrouble).order_by(SessionTrouble.raised_at))]


def letters(people, template):
    with people.inside():
        return len(list(session().scalars(select(OutboxMail.uid).where(OutboxMail.template == template))))


def sweep(people):
    with people.inside():
        sweeping.sweep()


def test_a_leave_over_a_booked_session_tells_the_patient_once(people, sam, book, away):
    book(sam)
    away()
    sweep(people)
    assert troubles(people) == [(Cause.AWAY, None, True)]
    assert letters(people, "session-change") == 1


def test_the_cover_at_the_same_time_is_one_press(people, sam, amara, leila, book, away):
    first = book(sam)
    away(cover=leila, words="Back on Friday.")
    me = people.actor(sam)
    with people.inside():
        found = seeing_to.ways(me, first.uid)
        assert (found.same_time, found.cover.uid, found.words) == (True, leila, "Back on Friday.")
        made = seeing_to.choose(me, first.uid, leila, THURSDAY)
    assert (made.therapist_uid, made.starts_at) == (leila, THURSDAY)
    with people.inside():
        assert diary.appointment(first.uid).state == "cancelled_by_clinic"
        assert set(records.therapists_of(sam)) == {amara, leila}
    assert troubles(people) == [(Cause.AWAY, Outcome.COVERED, True)]


def test_a_cover_is_reminded_of_the_session_and_nobody_of_the_old_one(people, sam, amara, leila, book, away, remind, clock):
    """The colleague who takes part beside the one who leads stays, and is reminded too."""
    nora = works(people, people.therapist("Nora Quinn"), title="Psychologist")
    for uid in (amara, leila, nora):
        with people.inside():
            choose(people.actor(uid), {kind.name: EVERYWHERE for kind, _ways in my_choices(people.actor(uid)).kinds}, ("", ""))
    first = book(sam)
    with people.inside():
        session().add(JointTherapist(appointment_uid=first.uid, therapist_uid=nora))
        placing.claim([nora], first.starts_at, first.ends_at, for_uid=first.uid, kind=ClaimKind.APPOINTMENT)
    remind()
    assert reminded(people) == {(first.uid, sam, "hours"), (first.uid, sam, "days"), (first.uid, amara, "staff"), (first.uid, nora, "staff")}
    clock.move_to(THURSDAY - timedelta(days=2))
    remind()
    away(cover=leila)
    with people.inside():
        made = seeing_to.choose(people.actor(sam), first.uid, leila, THURSDAY)
        assert made.other_uids == (nora,)
        old = [row for row in session().scalars(select(Notification).where(Notification.kind.startswith("reminder."))) if str(first.uid) in row.key]
        assert [(row.to_uid, row.in_app) for row in old] == [(sam, False)]
        assert [row.to for row in session().scalars(select(OutboxMail).where(OutboxMail.template == "appointment-reminder"))] == [None], "its letter does not go any more"
    remind()
    assert {(uid, who) for uid, who, _kind in reminded(people)} == {(made.uid, sam), (made.uid, leila), (made.uid, nora)}
    clock.move_to(THURSDAY - timedelta(hours=1))
    remind()
    with people.inside():
        last = {row.to_uid: row.path for row in session().scalars(select(Notification).where(Notification.kind == "reminder.staff"))}
    assert last == {leila: f"/calendar/{made.uid}", nora: f"/joint-sessions/{made.uid}"}


def reminded(people):
    with people.inside():
        return {(row.appointment_uid, row.to_uid, row.kind) for row in session().scalars(select(PlannedNotice))}


def test_another_time_with_the_same_therapist_moves_the_same_session(people, sam, amara, book, away):
    first = book(sam)
    away()
    me = people.actor(sam)
    with people.inside():
        near = seeing_to.ways(me, first.uid).near
        assert THURSDAY.date() not in {slot.start.date() for slot in near}
        moved = seeing_to.choose(me, first.uid, amara, near[0].start)
    assert (moved.uid, moved.starts_at, moved.ics_sequence) == (first.uid, near[0].start, 1)
    sweep(people)
    assert troubles(people) == [(Cause.AWAY, Outcome.MOVED, True)]


def test_waiting_instead_gives_a_head_start_and_the_time_since_booking(people, sam, amara, book, away, clock):
    first = book(sam, THURSDAY + timedelta(days=7))
    clock.move_to(MONDAY + timedelta(days=2))
    me = people.actor(amara)
    with people.inside():
        practice.add_leave(me, amara, THURSDAY.date(), THURSDAY.date() + timedelta(days=7))
    with people.inside():
        entry = seeing_to.wait_instead(people.actor(sam), first.uid)
        assert (entry.level, entry.joined_at, entry.therapist_uids) == (Level.SOON, MONDAY, [amara])
        assert diary.appointment(first.uid).state == "cancelled_by_clinic"


def test_an_account_that_is_switched_off_offers_everybody_a_way_on(people, sam, amara, leila, book):
    first = book(sam)
    ruth = people.actor(people.admin())
    with people.inside():
        identity.disable_user(ruth, amara)
    assert troubles(people) == [(Cause.LEFT, None, True)]
    with people.inside():
        trouble = seeing_to.listed(ruth)[0].trouble.uid
        assert [uid for uid, _name in seeing_to.covers(ruth, trouble)] == [str(leila)]
        seeing_to.name_cover(ruth, trouble, leila)
        with pytest.raises(Conflict):
            seeing_to.keep(ruth, trouble)
    assert letters(people, "session-change") == 2
    with people.inside():
        assert seeing_to.choose(people.actor(sam), first.uid, leila, THURSDAY).therapist_uid == leila


def test_care_that_ends_offers_the_patient_a_way_on(people, sam, amara, book):
    first = book(sam)
    with people.inside():
        records.end_care(people.actor(amara), sam, amara)
    with people.inside():
        found = seeing_to.ways(people.actor(sam), first.uid)
        assert found.trouble.cause == Cause.CARE_ENDED
        entry = seeing_to.wait_instead(people.actor(sam), first.uid)
        assert entry.therapist_uids == []


def test_a_session_past_a_licence_stays_visible_and_clears_when_the_licence_is_renewed(people, sam, amara, book, clock):
    first = book(sam, THURSDAY + timedelta(days=21))
    with people.inside():
        staff.credentials_of([amara])[amara][0].expires_on = THURSDAY.date()
    sweep(people)
    assert troubles(people) == [(Cause.LICENCE, None, False)], "the patient is not alarmed before it is near"
    clock.move_to(MONDAY + timedelta(days=12))
    sweep(people)
    assert troubles(people) == [(Cause.LICENCE, None, True)]
    with people.inside():
        assert diary.appointment(first.uid).is_booked
        staff.credentials_of([amara])[amara][0].expires_on = date(2030, 1, 1)
    sweep(people)
    assert troubles(people) == [(Cause.LICENCE, Outcome.CLEARED, True)]
    assert letters(people, "session-clear") == 1


def test_what_nobody_saw_to_is_called_off_a_day_before_and_told(people, sam, book, away, clock):
    first = book(sam)
    away()
    clock.move_to(THURSDAY - timedelta(hours=24))
    sweep(people)
    with people.inside():
        assert diary.appointment(first.uid).state == "cancelled_by_clinic"
    assert letters(people, "appointment-cancelled-by-clinic") == 1


def test_a_therapist_keeps_a_session_inside_a_leave_and_is_not_asked_again(people, sam, amara, book, away):
    book(sam)
    away()
    me = people.actor(amara)
    with people.inside():
        seeing_to.keep(me, seeing_to.listed(me)[0].trouble.uid)
    sweep(people)
    assert troubles(people) == [(Cause.AWAY, Outcome.KEPT, True)]


def test_nobody_else_chooses_for_a_patient(people, sam, amara, leila, book, away):
    first = book(sam)
    away()
    other = people.patient("Alex Quinn")
    tell(people, other)
    with people.inside():
        for who in (other, leila):
            with pytest.raises(NotFound):
                seeing_to.ways(people.actor(who), first.uid)
        assert seeing_to.listed(people.actor(leila)) == []
        with pytest.raises(NotFound):
            seeing_to.keep(people.actor(leila), seeing_to.listed(people.actor(amara))[0].trouble.uid)


def test_a_licence_that_ends_is_told_at_a_month_two_weeks_and_three_days(people, amara, clock):
    people.admin()
    ends = date(2026, 12, 20)
    with people.inside():
        staff.credentials_of([amara])[amara][0].expires_on = ends
    told = []
    for days in (31, 30, 29, 14, 13, 3, 2, 0):
        clock.move_to(datetime(ends.year, ends.month, ends.day, 9, tzinfo=UTC) - timedelta(days=days))
        for _again in range(2):
            with people.inside():
                licences.tell_of_ends()
        told.append(letters(people, "licence-ends"))
    assert told == [0, 1, 1, 3, 3, 5, 5, 5], "the admin three times, the therapist twice"


def test_leave_that_is_taken_back_clears_the_trouble(people, sam, amara, book, away):
    book(sam)
    away()
    me = people.actor(amara)
    with people.inside():
        practice.remove_leave(me, amara, staff.therapist(amara).leave[0].uid)
    assert troubles(people) == [(Cause.AWAY, Outcome.CLEARED, True)]




def test_moved_by_staff_it_needs_nobody_any_more(people, sam, amara, book, away):
    first = book(sam)
    away()
    ruth = people.actor(people.admin())
    with people.inside():
        start = moving.choices(ruth, first.uid).openings.slots[0].start
        moving.move(ruth, first.uid, start)
    sweep(people)
    assert [row[:2] for row in troubles(people)] == [(Cause.AWAY, Outcome.MOVED)]
