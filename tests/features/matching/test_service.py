"""A match is kept, explained, and made anew when something changes; a no is a no; nothing is relaxed but by the patient."""

from datetime import UTC, datetime, time, timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from tests.features.matching.telling import tell, works
from vtclinic.core.errors import Forbidden, NotFound
from vtclinic.core.outbox import OutboxMail
from vtclinic.core.uow import session, unit_of_work
from vtclinic.features.intake import service as intake
from vtclinic.features.matching import asking, jobs, service
from vtclinic.features.matching.cards import ways
from vtclinic.features.matching.models import MatchRequest, MatchRun, RequestKind
from vtclinic.features.records import api as records
from vtclinic.features.staff import api as staff
from vtclinic.tenants.scope import tenant_scope

NAMES = ("Amara Okafor", "Leila Haddad", "Nuala Walsh", "Sofia Marin", "Tomás Keane")


@pytest.fixture(autouse=True)
def clock(house):
    with time_machine.travel(datetime(2026, 11, 23, 8, 0, tzinfo=UTC)) as traveller:
        yield traveller


@pytest.fixture
def five(people):
    """Five therapists; the earlier in the list, the better for worry and sleep."""
    uids = [people.therapist(name) for name in NAMES]
    specialities = (["worry", "sleep"], ["worry", "sleep"], ["worry"], ["sleep"], ["grief"])
    return [works(people, uid, specialities=list(known)) for uid, known in zip(uids, specialities, strict=True)]


@pytest.fixture
def sam(people):
    return tell(people, people.patient())


@pytest.fixture
def look(people):
    """Look at the page as somebody, in a unit of work that only reads."""

    def at(who):
        with tenant_scope(people._scope("harbour")), unit_of_work(write=False):
            return service.current(who)

    return at


@pytest.fixture
def press(people):
    """Do something as somebody."""

    def act(what, *args):
        with people.inside():
            return what(*args)

    return act


def shown(outcome):
    return [choice.uid for choice in outcome.choices]


def runs(people):
    with people.inside():
        return session().scalar(select(func.count()).select_from(MatchRun))


def test_the_first_look_matches_and_keeps_what_was_shown(people, five, sam, look):
    outcome = look(sam)
    assert len(outcome.choices) == 3
    assert set(shown(outcome)[:2]) == set(five[:2])
    assert {entry.code for entry in outcome.choices[0].reasons} == {"problem"}
    assert outcome.choices[2].until == datetime(2032, 1, 1, tzinfo=UTC).date()
    assert look(sam) == outcome
    assert runs(people) == 1


def test_what_was_shown_is_sealed(people, home, five, sam, look):
    look(sam)
    with people.inside():
        kept = session().scalars(select(MatchRun)).one()
        assert b"worry" not in kept.result_sealed
        assert (kept.engine, kept.cause) == (service.ENGINE, "first")


def test_the_page_stays_while_nothing_changes_and_costs_one_check_a_quarter_hour(people, five, sam, look, clock):
    outcome = look(sam)
    clock.shift(timedelta(hours=5))
    works(people, five[4], specialities=["worry", "sleep"])
    assert look(sam) == outcome
    assert runs(people) == 1
    with people.inside():
        assert session().scalars(select(MatchRun)).one().checked_at >= datetime(2026, 11, 23, 13, 0, tzinfo=UTC)


def test_somebody_who_no_longer_fits_is_replaced(people, five, sam, look, clock):
    first = look(sam)
    works(people, shown(first)[0], capacity=0)
    clock.shift(timedelta(minutes=16))
    assert shown(first)[0] not in shown(look(sam))
    assert runs(people) == 2


def test_changed_answers_show_at_once(people, five, sam, look, press):
    look(sam)
    press(intake.save, sam, "problems", ["grief"])
    assert shown(look(sam))[0] == five[4]


def test_a_changed_place_shows_at_once(people, five, sam, look, press):
    look(sam)
    with people.inside():
        records.change_profile(sam, sam.uid, place={"country": "FR", "region": "", "city": ""})
    assert look(sam).choices == ()


def test_three_others_are_others_and_begin_anew_at_the_end(people, five, sam, look, press):
    first = look(sam)
    others = press(service.show_others, sam)
    assert set(shown(others)) == set(five) - set(shown(first))
    again = press(service.show_others, sam)
    assert again.again
    assert shown(again) == shown(first)


def test_a_no_is_kept_until_it_is_taken_back(people, five, sam, look, press):
    first = look(sam)
    press(service.pass_over, sam, shown(first)[0])
    assert shown(first)[0] not in shown(look(sam))
    assert set(shown(first)[1:]) <= set(shown(look(sam)))
    press(intake.save, sam, "problems", ["worry"])
    assert shown(first)[0] not in shown(look(sam))
    press(service.see_everybody, sam)
    assert len({*shown(look(sam))} & set(five[:2])) == 2


def test_a_must_is_not_relaxed_until_the_patient_says_so(people, five, look, press):
    works(people, five[0], gender="woman")
    alex = tell(people, people.patient("Alex Quinn"), gender=["non-binary"], musts=["gender"])
    outcome = look(alex)
    assert outcome.choices == ()
    assert [(way.says, way.wish, way.act) for way in ways(outcome)] == [("5 people fit if you talk with somebody of any gender.", "must:gender", "See three of them")]
    relaxed = press(service.relax, alex, "must:gender")
    assert len(relaxed.choices) == 3
    assert all(wish.facet == "gender" for choice in relaxed.choices for wish in choice.unmet[:1])


@pytest.mark.parametrize("wish", ["licence:", "risk:", "capacity:", "age:", "blocked:", ""])
def test_law_and_safety_cannot_be_relaxed(people, five, sam, press, wish):
    with pytest.raises(NotFound):
        press(service.relax, sam, wish)


def test_before_the_answers_are_sent_there_is_no_match(people, five, look):
    assert look(people.actor(people.patient("Alex Quinn"))) is None


def test_only_patients_match(people, five, look):
    with pytest.raises(Forbidden):
        look(people.actor(five[0]))


def test_a_hard_constraint_stands_between_two_people(people, five, sam, press):
    assert press(service.may_choose, sam.uid, five[4])
    works(people, five[4], languages=["fr"])
    assert not press(service.may_choose, sam.uid, five[4])


def test_asking_twice_is_asking_once_and_the_clinic_sees_who(people, sam, press):
    admin = people.actor(people.admin())
    press(asking.ask, sam, RequestKind.PERSON)
    press(asking.ask, sam, RequestKind.PERSON)
    with people.inside():
        (line,) = asking.waiting(admin)
        assert (line.person.name, list(line.requests)) == ("Sam Byrne", ["person"])
        assert asking.count_waiting(admin) == 1
        assert asking.count_waiting(sam) == 0
        asking.close_request(admin, line.asked.uid)
        assert [each.requests for each in asking.waiting(admin)] == [{}]


def test_only_the_clinic_sees_who_waits(people, sam, press):
    with pytest.raises(Forbidden):
        press(asking.waiting, sam)


def test_whoever_waits_is_told_once_somebody_fits(people, sam, look, press):
    press(asking.ask, sam, RequestKind.WAIT)
    _look_again(people)
    assert _letters(people) == 0
    works(people, people.therapist(), specialities=["worry"])
    _look_again(people)
    _look_again(people)
    assert _letters(people) == 1
    assert len(look(sam).choices) == 1
    with people.inside():
        assert session().scalars(select(MatchRequest.closed_at)).one() is not None


def test_evenings_and_mornings_come_from_the_working_hours(people, five, look):
    works(people, five[0], hours={day: [(time(17), time(21))] for day in range(5)})
    alex = tell(people, people.patient("Alex Quinn"), times=["evening"], musts=["times"])
    assert shown(look(alex)) == [five[0]]


def test_an_unverified_licence_keeps_somebody_out(people, five, sam, look):
    with people.inside():
        for credential in staff.credentials_of(five[:4]).values():
            credential[0].state = staff.CredentialState.PENDING
    assert shown(look(sam)) == [five[4]]


def _look_again(people):
    with tenant_scope(people._scope("harbour")):
        jobs.tell_who_waits(clinic="harbour")


def _letters(people):
    with people.inside():
        return session().scalar(select(func.count()).select_from(OutboxMail).where(OutboxMail.template == "somebody-fits"))
