"""Freed times go to who waits: to the first it suits, once, and on to the next when nobody takes them."""

from datetime import time, timedelta

import pytest
from sqlalchemy import func, select

from tests.features.matching.telling import on_leave, works
from tests.features.scheduling.conftest import MONDAY, THURSDAY
from tests.together import at_once
from vtclinic.core.audit import AuditEntry
from vtclinic.core.errors import Conflict, Gone, Invalid, NotFound
from vtclinic.core.outbox import OutboxMail
from vtclinic.core.uow import session
from vtclinic.features.records import api as records
from vtclinic.features.scheduling import calling_off
from vtclinic.features.scheduling.booking import NotBookable, SlotTaken
from vtclinic.features.scheduling.models import Appointment, SlotClaim
from vtclinic.features.scheduling.waiting import answering, fairness, joining, links, offering, views
from vtclinic.features.scheduling.waiting.links import Purpose
from vtclinic.features.scheduling.waiting.models import Level, TimeOffer, WaitEntry
from vtclinic.features.staff import api as staff
from vtclinic.tenants.scope import tenant_scope


def count(people, table, *where):
    with people.inside():
        return session().scalar(select(func.count()).select_from(table).where(*where))


def call_off(people, patient, appointment):
    who = people.actor(patient)
    with people.inside():
        calling_off.cancel(who, appointment.uid)


def state_of(people, entry):
    with people.inside():
        return session().get(WaitEntry, entry).state


def test_a_time_that_frees_is_kept_for_who_waits_and_nobody_else_can_book_it(people, sam, one_hour, book, waits, another, offer_times, kept):
    alex, ida = another("Alex Quinn"), another("Ida Moss")
    taken = book(sam)
    entry = waits(alex, one_hour)
    assert offer_times() == 0
    call_off(people, sam, taken)
    assert offer_times() == 1
    offer = kept(entry)
    assert (offer.starts_at, offer.expires_at) == (THURSDAY, MONDAY + timedelta(hours=12))
    with pytest.raises(SlotTaken):
        book(ida)
    assert count(people, OutboxMail, OutboxMail.template == "waiting-offer") == 1


def test_cancelling_asks_for_a_look_by_itself(people, sam, one_hour, book, waits, another, run_jobs, kept):
    entry = waits(another("Alex Quinn"), one_hour)
    taken = book(sam)
    run_jobs()
    assert kept(entry) is None
    call_off(people, sam, taken)
    run_jobs()
    assert kept(entry).starts_at == THURSDAY


@pytest.mark.parametrize(("level", "first"), [(Level.USUAL, "longer"), (Level.SOON, "sooner")])
def test_who_waits_longest_comes_first_and_a_level_is_a_head_start(people, one_hour, waits, another, offer_times, kept, level, first):
    entries = {"longer": waits(another("Alex Quinn"), one_hour, days_ago=20), "sooner": waits(another("Ida Moss"), one_hour, days_ago=1)}
    ruth = people.actor(people.admin())
    with people.inside():
        if level:
            joining.set_level(ruth, entries["sooner"], level, "Asked by the intake team")
    assert offer_times() == 1
    assert [name for name, entry in entries.items() if kept(entry)] == [first]


def test_ageing_outruns_every_level(people, one_hour, waits, another, offer_times, kept):
    old = waits(another("Alex Quinn"), one_hour, days_ago=60)
    new = waits(another("Ida Moss"), one_hour)
    ruth = people.actor(people.admin())
    with people.inside():
        joining.set_level(ruth, new, Level.FIRST, "Soon out of hospital")
    offer_times()
    assert kept(old) and not kept(new)


@pytest.mark.parametrize(
    ("wishes", "suits"), [({"days": (3,)}, True), ({"days": (0, 1)}, False), ({"parts": ("morning",)}, False), ({"parts": ("afternoon",)}, True), ({"notice_hours": 48}, True)]
)
def test_only_times_that_suit_are_offered(one_hour, waits, another, offer_times, wishes, suits):
    waits(another("Alex Quinn"), one_hour, **wishes)
    assert offer_times() == suits


def test_passing_asks_the_next_and_never_offers_the_same_time_again(people, one_hour, waits, another, offer_times, kept):
    alex, ida = another("Alex Quinn"), another("Ida Moss")
    first, second = waits(alex, one_hour, days_ago=3), waits(ida, one_hour, days_ago=2)
    offer_times()
    who, offer = people.actor(alex), kept(first)
    for _press in range(2):
        with people.inside():
            answering.pass_over(who, offer.uid)
    assert offer_times() == 1
    assert kept(second) and not kept(first)
    with people.inside():
        answering.pass_over(people.actor(ida), offer_uid(second))
    assert offer_times() == 0
    assert state_of(people, first) == "waiting"


def test_an_offer_that_ends_goes_on_to_the_next_once(people, one_hour, waits, another, offer_times, kept, clock):
    first, second = waits(another("Alex Quinn"), one_hour, days_ago=3), waits(another("Ida Moss"), one_hour, days_ago=2)
    offer_times()
    until = kept(first).expires_at
    clock.move_to(until - timedelta(seconds=1))
    assert offer_times() == 0
    clock.move_to(until)
    assert [offer_times(), offer_times()] == [1, 0]
    assert kept(second) and not kept(first)
    assert count(people, TimeOffer) == 2


def test_two_offers_without_an_answer_pause_a_place_until_its_patient_says_go_on(people, amara, waits, another, offer_times, kept, clock):
    alex = another("Alex Quinn")
    entry = waits(alex, amara)
    for _round in range(2):
        assert offer_times() == 1
        clock.move_to(kept(entry).expires_at)
    assert offer_times() == 0
    assert state_of(people, entry) == "resting"
    assert count(people, OutboxMail, OutboxMail.template == "waiting-still") == 1
    who = people.actor(alex)
    with people.inside():
        joining.wake(who, entry)
    assert offer_times() == 1


def test_accepting_books_closes_the_place_and_a_second_press_changes_nothing(people, one_hour, waits, another, offer_times, kept):
    alex = another("Alex Quinn")
    entry = waits(alex, one_hour)
    offer_times()
    who, offer = people.actor(alex), kept(entry)
    made = []
    for _press in range(2):
        with people.inside():
            made.append(answering.accept(who, offer.uid))
    assert made[0].uid == made[1].uid and made[0].starts_at == THURSDAY
    with people.inside():
        assert records.in_care(alex, one_hour)
        assert set(session().scalars(select(SlotClaim.kind))) == {"appointment"}
        assert {"waiting.joined", "waiting.offered", "appointment.booked"} <= set(session().scalars(select(AuditEntry.action)))
    assert state_of(people, entry) == "booked"


def test_what_is_over_or_somebody_elses_cannot_be_accepted(people, one_hour, waits, another, offer_times, kept, clock, sam):
    alex = another("Alex Quinn")
    entry = waits(alex, one_hour)
    offer_times()
    offer = kept(entry)
    with pytest.raises(NotFound), people.inside():
        answering.accept(people.actor(sam), offer.uid)
    clock.move_to(offer.expires_at)
    with pytest.raises(Gone), people.inside():
        answering.accept(people.actor(alex), offer.uid)
    assert count(people, Appointment) == 0


def test_the_law_is_asked_again_when_somebody_accepts(people, one_hour, waits, another, offer_times, kept):
    alex = another("Alex Quinn")
    entry = waits(alex, one_hour)
    offer_times()
    with people.inside():
        staff.credentials_of([one_hour])[one_hour][0].expires_on = MONDAY.date()
    with pytest.raises(NotBookable), people.inside():
        answering.accept(people.actor(alex), offer_uid(entry))
    assert count(people, Appointment) == 0


def offer_uid(entry):
    return session().scalar(select(TimeOffer.uid).where(TimeOffer.held_of == entry))


def test_no_time_is_offered_with_somebody_who_may_not_work_there(people, one_hour, waits, another, offer_times):
    with people.inside():
        staff.credentials_of([one_hour])[one_hour][0].expires_on = THURSDAY.date() - timedelta(days=1)
    waits(another("Alex Quinn"), one_hour)
    assert offer_times() == 0


@pytest.mark.parametrize("opens", ["hours", "leave ends"])
def test_times_that_open_without_a_cancelling_are_offered_too(people, one_hour, waits, another, offer_times, opens):
    waits(another("Alex Quinn"), one_hour)
    if opens == "hours":
        works(people, one_hour, hours={})
    else:
        on_leave(people, one_hour, MONDAY.date(), THURSDAY.date())
    assert offer_times() == 0
    if opens == "hours":
        works(people, one_hour, hours={3: [(time(14), time(15))]})
    else:
        with people.inside():
            person = staff.therapist(one_hour)
            person.leave.clear()
    assert offer_times() == 1


def test_leaving_lets_the_kept_time_go(people, one_hour, waits, another, offer_times, kept):
    alex = another("Alex Quinn")
    first, second = waits(alex, one_hour, days_ago=2), waits(another("Ida Moss"), one_hour)
    offer_times()
    who = people.actor(alex)
    with people.inside():
        joining.leave(who, first)
    assert offer_times() == 1
    assert kept(second)


def test_links_in_letters_pass_and_leave_and_do_nothing_else(people, one_hour, waits, another, offer_times, kept, client):
    entry = waits(another("Alex Quinn"), one_hour)
    offer_times()
    with people.inside():
        offer = offer_uid(entry)
        pass_on, leave = links.make(Purpose.NO_THANKS, offer), links.make(Purpose.LEAVE, entry)
    assert client.get(f"/waiting-list/leave/{pass_on}").status_code == 404
    assert client.get(f"/waiting-list/pass/{pass_on[:-2]}xx").status_code == 404
    page = client.get(f"/waiting-list/pass/{pass_on}").text
    assert kept(entry), "following a link changes nothing"
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    for _press in range(2):
        assert client.post(f"/waiting-list/pass/{pass_on}", data={"csrf_token": token}).status_code == 303
    assert not kept(entry) and state_of(people, entry) == "waiting"
    assert client.post(f"/waiting-list/leave/{leave}", data={"csrf_token": token}).status_code == 303
    assert state_of(people, entry) == "left"


def test_a_link_of_one_clinic_opens_nothing_at_another(people, one_hour, waits, another, offer_times, browse):
    entry = waits(another("Alex Quinn"), one_hour)
    with people.inside():
        leave = links.make(Purpose.LEAVE, entry)
    assert browse("northside").get(f"/waiting-list/leave/{leave}").status_code == 404


def test_two_workers_at_once_make_one_offer(people, one_hour, waits, another, clinic):
    waits(another("Alex Quinn"), one_hour)
    made = race(clinic, offering.offer_times, 3)
    assert sum(made) == 1
    assert count(people, TimeOffer) == 1
    assert count(people, OutboxMail, OutboxMail.template == "waiting-offer") == 1


def test_what_fails_halfway_leaves_no_half_of_an_offer(people, one_hour, waits, another, offer_times, monkeypatch):
    waits(another("Alex Quinn"), one_hour)
    with monkeypatch.context() as broken:
        broken.setattr(offering.letters, "tell_offer", _power_cut)
        with pytest.raises(ZeroDivisionError):
            offer_times()
    assert (count(people, TimeOffer), count(people, SlotClaim)) == (0, 0)
    assert offer_times() == 1


def test_a_session_from_the_list_that_is_called_off_gives_the_place_back(people, one_hour, waits, another, offer_times, kept):
    alex = another("Alex Quinn")
    entry = waits(alex, one_hour, days_ago=9)
    offer_times()
    who = people.actor(alex)
    with people.inside():
        appointment = answering.accept(who, offer_uid(entry))
    amara = people.actor(one_hour)
    with people.inside():
        calling_off.cancel(amara, appointment.uid)
        joining.return_to_list(who, entry)
    assert offer_times() == 1, "the very same time can be theirs again"
    with people.inside():
        assert views.days_waited(joining.entry(entry), MONDAY) == 9


def test_staff_say_how_soon_with_a_reason_and_offer_by_hand(people, one_hour, waits, another, kept, sam):
    first, entry = waits(another("Ida Moss"), one_hour, days_ago=50), waits(another("Alex Quinn"), one_hour)
    ruth, amara = people.actor(people.admin()), people.actor(one_hour)
    with pytest.raises(Invalid), people.inside():
        joining.set_level(ruth, entry, Level.FIRST, " ")
    with pytest.raises(NotFound), people.inside():
        joining.set_level(amara, entry, Level.FIRST, "Not in my care")
    with people.inside():
        offering.offer_by_hand(ruth, entry, one_hour, THURSDAY)
    assert kept(entry).made_by == ruth.uid
    with pytest.raises(Conflict), people.inside():
        offering.offer_by_hand(ruth, first, one_hour, THURSDAY)


def test_a_patient_has_one_place_and_asks_for_therapists_who_fit(people, one_hour, waits, another, offer_times):
    alex = another("Alex Quinn")
    assert waits(alex, one_hour) == waits(alex)
    works(people, one_hour, capacity=0)
    assert offer_times() == 0, "a full therapist takes nobody new"


def test_figures_hide_small_groups(people, waits, another):
    ruth = people.actor(people.admin())
    for number in range(9):
        waits(another(f"Patient Number{chr(65 + number)}"), days_ago=number)
    with people.inside():
        assert fairness.report(ruth).everybody is None
    waits(another("Last One"), days_ago=30)
    with people.inside():
        report = fairness.report(ruth)
    assert (report.everybody.count, report.everybody.middle) == (10, 4)
    assert [group.count for _name, groups in report.by for group in groups] == [10, 10, 10]


def race(clinic, work, workers):
    """Let workers do the same at once; return what each gave."""

    def run():
        with tenant_scope(clinic):
            return work()

    return at_once([run] * workers)


def _power_cut(*_args):
    raise ZeroDivisionError
