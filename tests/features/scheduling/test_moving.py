"""Moving keeps the session and takes its time along; late changes are said first, spared in a crisis, and let go with a reason."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tests.features.matching.telling import tell
from tests.features.scheduling.conftest import THURSDAY
from tests.features.scheduling.test_pages import hidden, text
from vtclinic.core.audit import AuditEntry
from vtclinic.core.errors import Conflict, Invalid, NotFound
from vtclinic.core.ids import new_id
from vtclinic.core.outbox import OutboxMail
from vtclinic.core.uow import session
from vtclinic.features.crisis.models import RiskTask
from vtclinic.features.progress import answering
from vtclinic.features.progress import api as progress
from vtclinic.features.scheduling import calling_off, diary, late, moving, placing
from vtclinic.features.scheduling.late_models import LateCancel
from vtclinic.features.scheduling.models import PlannedNotice, SlotClaim
from vtclinic.features.scheduling.placing import SlotTaken

LATER = THURSDAY + timedelta(hours=1)


@pytest.fixture(autouse=True)
def no_tokens(app):
    """Post without the page's token: that pages carry one is held elsewhere."""
    app.config["WTF_CSRF_ENABLED"] = False


@pytest.fixture
def move(people):
    """Move a session as somebody."""

    def press(uid, appointment, start=LATER, **more):
        who = people.actor(uid)
        with people.inside():
            return moving.move(who, appointment.uid, start, **more)

    return press


@pytest.fixture
def cancel(people):
    def press(uid, appointment, **more):
        who = people.actor(uid)
        with people.inside():
            return calling_off.cancel(who, appointment.uid, **more)

    return press


def kept(people):
    with people.inside():
        return session().scalar(select(func.count()).select_from(LateCancel))


def test_a_moved_session_is_the_same_one_with_a_higher_sequence(people, sam, book, move):
    made = book(sam)
    moved = move(sam, made)
    assert (moved.uid, moved.starts_at, moved.ends_at, moved.ics_sequence) == (made.uid, LATER, LATER + timedelta(minutes=50), 1)
    with people.inside():
        assert {row.at >= LATER for row in session().scalars(select(SlotClaim))} == {True}
        assert {"appointment-moved", "appointment-moved-staff"} <= set(session().scalars(select(OutboxMail.template)))
        assert "appointment.moved" in set(session().scalars(select(AuditEntry.action)))
    other = people.patient("Alex Quinn")
    tell(people, other)
    assert book(other, THURSDAY).is_booked


def test_a_second_press_moves_nothing(sam, book, move):
    made = book(sam)
    move(sam, made)
    assert move(sam, made).ics_sequence == 1


def test_to_a_time_that_is_taken_nothing_moves(people, sam, book, move):
    made = book(sam)
    other = people.patient("Alex Quinn")
    tell(people, other)
    book(other, LATER)
    with pytest.raises(SlotTaken):
        move(sam, made)
    with people.inside():
        assert diary.appointment(made.uid).starts_at == THURSDAY
        assert session().scalar(select(func.count()).select_from(SlotClaim).where(SlotClaim.for_uid == made.uid)) == 20


def test_a_session_can_move_to_a_time_that_overlaps_its_own(sam, amara, book, move, people):
    made = book(sam)
    with people.inside():
        kind = diary.services()[0]
        kind.step_minutes = 10
    assert move(sam, made, THURSDAY + timedelta(minutes=20)).starts_at == THURSDAY + timedelta(minutes=20)


def test_somebody_elses_session_cannot_be_moved(people, sam, book, move):
    made = book(sam)
    for stranger in (people.patient("Alex Quinn"), people.therapist("Leila Haddad")):
        with pytest.raises(NotFound):
            move(stranger, made)


@pytest.mark.parametrize("role", ["therapist", "admin"])
def test_staff_move_it_the_same_way_and_it_is_never_late(people, sam, amara, book, move, clock, role):
    made = book(sam)
    clock.move_to(THURSDAY - timedelta(hours=6))
    moved = move(amara if role == "therapist" else people.admin(), made, LATER)
    assert (moved.uid, moved.starts_at, moved.ics_sequence, moved.is_confirmed) == (made.uid, LATER, 1, False)
    assert kept(people) == 0
    with people.inside():
        assert {"appointment-moved", "appointment-moved-staff"} <= set(session().scalars(select(OutboxMail.template)))
        assert set(session().scalars(select(PlannedNotice.until).where(PlannedNotice.appointment_uid == made.uid))) == {LATER}


def test_staff_are_offered_times_of_its_own_kind_that_overlap_its_own_but_not_the_one_it_has(people, sam, amara, book, move):
    made = book(sam)
    with people.inside():
        diary.services()[0].step_minutes = 10
    who = people.actor(amara)
    with people.inside():
        found = moving.choices(who, made.uid)
        starts = {slot.start for slot in found.openings.slots}
        assert {THURSDAY + timedelta(minutes=10), THURSDAY - timedelta(minutes=10)} <= starts and THURSDAY not in starts
        assert found.openings.service.uid == made.service_uid


def test_a_page_about_an_earlier_time_moves_nothing(people, sam, amara, book, move):
    made = book(sam)
    move(amara, made, LATER)
    with pytest.raises(moving.MovedMeanwhile):
        move(sam, made, THURSDAY + timedelta(hours=2), seen=0)
    assert move(sam, made, LATER, seen=0).ics_sequence == 1
    assert move(sam, made, THURSDAY + timedelta(hours=2), seen=1).ics_sequence == 2


def test_a_time_that_went_meanwhile_leaves_no_late_change(people, sam, book, move, clock):
    made = book(sam)
    clock.move_to(THURSDAY - timedelta(hours=6))
    with people.inside():
        placing.claim([sam], LATER, LATER + timedelta(hours=1), for_uid=new_id(), kind="hold")
    who = people.actor(sam)
    with people.inside(), pytest.raises(SlotTaken):
        moving.move(who, made.uid, LATER)
    assert kept(people) == 0


def test_what_began_or_was_cancelled_stays(sam, book, move, cancel, clock):
    first, second = book(sam), book(sam, LATER)
    cancel(sam, second)
    with pytest.raises(Conflict):
        move(sam, second, THURSDAY + timedelta(hours=2))
    clock.move_to(THURSDAY)
    with pytest.raises(Conflict):
        move(sam, first, THURSDAY + timedelta(days=1))


@pytest.mark.parametrize(("hours", "counted"), [(24, 0), (23.99, 1)])
def test_the_window_is_elapsed_hours_before_the_start(people, sam, book, cancel, clock, hours, counted):
    made = book(sam)
    clock.move_to(THURSDAY - timedelta(hours=hours))
    cancel(sam, made, words="I have a cold.")
    assert kept(people) == counted


def test_moving_late_is_noted_once(people, sam, book, move, cancel, clock):
    made = book(sam)
    clock.move_to(THURSDAY - timedelta(hours=10))
    move(sam, made, THURSDAY + timedelta(hours=1))
    cancel(sam, made)
    assert kept(people) == 1


@pytest.mark.parametrize("days", [0, 6, 8])
def test_nothing_counts_while_or_soon_after_somebody_worries(people, sam, book, cancel, clock, days):
    made = book(sam, THURSDAY + timedelta(days=13))
    who = people.actor(sam)
    clock.move_to(THURSDAY + timedelta(days=13, hours=-3) - timedelta(days=days))
    with people.inside():
        answering.answer(who, progress.assign(who, sam, "phq-9"), 9, 1)
        for task in session().scalars(select(RiskTask)) if days else ():
            task.state = "closed"
    clock.move_to(THURSDAY + timedelta(days=13, hours=-3))
    cancel(sam, made)
    assert kept(people) == (1 if days > 7 else 0)


def test_a_page_that_did_not_say_it_is_late_changes_nothing(people, sam, book, move, cancel, clock):
    made = book(sam)
    clock.move_to(THURSDAY - timedelta(hours=20))
    with pytest.raises(late.NotSaid):
        cancel(sam, made, late_said=False)
    with pytest.raises(late.NotSaid):
        move(sam, made, late_said=False)
    with people.inside():
        assert diary.appointment(made.uid).starts_at == THURSDAY


def test_staff_let_a_late_change_go_with_a_reason(people, sam, amara, book, cancel, clock):
    made = book(sam)
    clock.move_to(THURSDAY - timedelta(hours=1))
    cancel(sam, made, words="canary-why")
    admin, therapist, stranger = people.actor(people.admin()), people.actor(amara), people.actor(people.therapist("Leila Haddad"))
    with people.inside():
        assert [row.why for row in late.listed(admin)] == [""]
        assert [row.why for row in late.listed(therapist)] == ["canary-why"]
        assert late.listed(stranger) == []
        with pytest.raises(NotFound):
            late.waive(stranger, made.uid, "unwell")
        with pytest.raises(Invalid):
            late.waive(admin, made.uid, "because")
        assert late.waive(admin, made.uid, "unwell").reason == "unwell"
        assert late.waive(therapist, made.uid, "first").reason == "unwell"
    with people.inside():
        assert "late-change.waived" in set(session().scalars(select(AuditEntry.action)))


def test_the_pages_say_it_first_and_then_move(sam, book, at, clock):
    made = book(sam)
    browser = at(sam)
    assert "late change" not in browser.get(f"/sessions/{made.uid}/move").text
    clock.move_to(THURSDAY - timedelta(hours=20))
    browser = at(sam)
    assert "We note it as a late change." in browser.get(f"/sessions/{made.uid}/cancel").text
    page = browser.get(f"/sessions/{made.uid}/move/check?slot=20261127T1000Z").text
    assert page.index("We note it as a late change.") < page.index("Move the session")
    answer = browser.post(f"/sessions/{made.uid}/move/check", data={"slot": "20261127T1000Z", "late": "yes"})
    assert answer.status_code == 303
    assert "Friday 27 November, 10:00" in browser.get(answer.location).text


def test_an_administrator_moves_it_from_the_page_where_they_see_it(people, sam, book, at):
    made = book(sam)
    browser = at(people.admin())
    assert f'href="/calendar/{made.uid}"' in browser.get("/clinic-sessions?day=2026-11-26").text
    assert f'href="/calendar/{made.uid}/move"' in browser.get(f"/calendar/{made.uid}").text
    assert "with Amara Okafor" in text(browser.get(f"/calendar/{made.uid}/move"))
    page = browser.get(f"/calendar/{made.uid}/move/check?slot=20261127T1000Z")
    assert "The client pays nothing." in text(page)
    answer = browser.post(f"/calendar/{made.uid}/move", data={name: hidden(page, name) for name in ("slot", "seen")})
    assert "Friday 27 November, 10:00" in text(browser.get(answer.location))
    stale = browser.post(f"/calendar/{made.uid}/move", data={"slot": "20261127T1200Z", "seen": "0"})
    assert stale.status_code == 409 and "This session was moved meanwhile." in text(stale)
