"""A patient who did not come: staff say so after the start, can take it back for a day, and the late rules hold as for a late change."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tests.features.scheduling.conftest import THURSDAY
from tests.features.scheduling.test_pages import press, text
from vtclinic.core.audit import AuditEntry
from vtclinic.core.errors import Conflict, NotFound
from vtclinic.core.uow import session
from vtclinic.features.progress import answering
from vtclinic.features.progress import api as progress
from vtclinic.features.progress.models_plan import SessionHeld
from vtclinic.features.scheduling import calling_off, diary, jobs, late, missing
from vtclinic.features.scheduling.late_models import LateCancel
from vtclinic.features.scheduling.models import ServiceType, SlotClaim, State
from vtclinic.tenants.scope import tenant_scope

START, OVER = THURSDAY, THURSDAY + timedelta(minutes=50)


@pytest.fixture
def say(people):
    """Note that nobody came, or that they did, as somebody."""

    def press_it(uid, appointment, act=missing.note):
        who = people.actor(uid)
        with people.inside():
            return act(who, appointment.uid)

    return press_it


@pytest.fixture
def finish(people):
    """Let the worker note what is over."""

    def run():
        with tenant_scope(people._scope("harbour")):
            jobs.finish(clinic="harbour")

    return run


@pytest.fixture
def kept(people):
    """Count rows: late changes, sessions that progress counts, grains of claimed time."""

    def look():
        with people.inside():
            return tuple(session().scalar(select(func.count()).select_from(table)) for table in (LateCancel, SessionHeld, SlotClaim))

    return look


def test_one_who_did_not_come_is_noted_and_the_session_is_not_counted_as_held(people, sam, amara, book, say, finish, kept, clock):
    made = book(sam)
    clock.move_to(OVER)
    finish()
    assert kept() == (0, 1, 0)
    assert say(amara, made).state == State.NO_SHOW
    assert kept() == (1, 0, 0)
    finish()
    with people.inside():
        assert diary.appointment(made.uid).state == State.NO_SHOW
        assert "appointment.missed" in set(session().scalars(select(AuditEntry.action)))


@pytest.mark.parametrize(("moment", "state", "counted"), [(START + timedelta(minutes=20), State.BOOKED, (0, 0, 20)), (OVER, State.DONE, (0, 1, 0))])
def test_taken_back_it_is_as_it_was(sam, amara, book, say, kept, clock, moment, state, counted):
    made = book(sam)
    clock.move_to(moment)
    say(amara, made)
    assert kept() == (1, 0, 0)
    assert say(amara, made, missing.take_back).state == state
    assert kept() == counted


def test_a_second_press_changes_nothing(sam, amara, book, say, kept, clock):
    made = book(sam)
    clock.move_to(START)
    said = say(amara, made).changed_at
    clock.move_to(START + timedelta(minutes=5))
    assert say(amara, made).changed_at == said
    say(amara, made, missing.take_back)
    assert say(amara, made, missing.take_back).state == State.BOOKED
    assert kept() == (0, 0, 20)


@pytest.mark.parametrize("moment", [START - timedelta(minutes=1), OVER + timedelta(days=7)])
def test_it_can_be_said_from_the_start_until_a_week_after(sam, amara, book, say, clock, moment):
    made = book(sam)
    clock.move_to(moment)
    with pytest.raises(Conflict):
        say(amara, made)


def test_it_can_be_taken_back_for_a_day(sam, amara, book, say, kept, clock):
    made = book(sam)
    clock.move_to(START)
    say(amara, made)
    clock.move_to(START + timedelta(hours=24))
    with pytest.raises(Conflict):
        say(amara, made, missing.take_back)
    assert kept()[0] == 1


def test_what_was_called_off_cannot_be_missed(people, sam, amara, book, say, clock):
    made = book(sam)
    who = people.actor(amara)
    with people.inside():
        calling_off.cancel(who, made.uid)
    clock.move_to(START)
    with pytest.raises(Conflict):
        say(amara, made)


def test_only_its_therapist_and_administrators_may_say_so(people, sam, book, say, clock):
    made = book(sam)
    clock.move_to(START)
    for stranger in (sam, people.therapist("Leila Haddad"), people.patient("Alex Quinn")):
        for act in (missing.note, missing.take_back):
            with pytest.raises(NotFound):
                say(stranger, made, act)
    assert say(people.admin(), made).is_missed


def test_nothing_is_noted_while_somebody_worries_or_where_a_change_is_never_late(people, sam, amara, book, say, kept, clock):
    made, other = book(sam), book(sam, THURSDAY + timedelta(hours=1))
    with people.inside():
        session().scalar(select(ServiceType)).cancel_hours = 0
        diary.appointment(other.uid).cancel_hours = 0
    who = people.actor(sam)
    clock.move_to(START + timedelta(hours=2))
    say(amara, other)
    assert kept()[0] == 0
    with people.inside():
        answering.answer(who, progress.assign(who, sam, "phq-9"), 9, 1)
    say(amara, made)
    assert kept()[0] == 0


def test_a_late_change_before_the_session_stays_when_missing_it_is_taken_back(people, sam, amara, book, say, kept, clock):
    made = book(sam)
    clock.move_to(THURSDAY - timedelta(hours=2))
    who = people.actor(sam)
    with people.inside():
        late.note(who, diary.appointment(made.uid))
    clock.move_to(START)
    say(amara, made)
    say(amara, made, missing.take_back)
    assert kept()[0] == 1


def test_the_pages_lead_there_and_back_and_the_patient_reads_calm_words(people, sam, amara, book, at, clock):
    made = book(sam)
    clock.move_to(START + timedelta(minutes=15))
    browser = at(amara)
    assert "They did not come" in text(browser.get(f"/calendar/{made.uid}"))
    answer = press(browser, f"/calendar/{made.uid}/missed")
    shown = text(browser.get(answer.location))
    assert "You can take this back until Friday 27 November, 14:15." in shown
    assert "They did not come." in text(browser.get("/late-changes"))
    theirs = text(at(sam).get(f"/sessions/{made.uid}"))
    assert "We did not meet this time" in theirs and "Then it need not count." in theirs
    ruth = at(people.admin())
    assert "Did not come" in text(ruth.get("/clinic-sessions"))
    page = ruth.get(f"/calendar/{made.uid}")
    assert "Session of Sam Byrne" in text(page)
    assert browser.post(f"/calendar/{made.uid}/came", data={"csrf_token": _token(browser, made)}).status_code == 303
    assert "Your session" in text(at(sam).get(f"/sessions/{made.uid}"))


def _token(browser, made):
    html = browser.get(f"/calendar/{made.uid}").get_data(as_text=True)
    return html.split('name="csrf_token" value="')[1].split('"')[0]
