"""The clinic administrator's list of people."""

import pytest
from sqlalchemy import event

from vtclinic.core.errors import Conflict, Forbidden, Invalid
from vtclinic.core.uow import unit_of_work
from vtclinic.features.staff import api, people
from vtclinic.features.staff.people import Query
from vtclinic.identity import service as identity


def names(noor, **query) -> list[str]:
    with unit_of_work(write=False):
        return [row.name for row in people.find_people(noor, Query(**query)).rows]


def test_people_are_found_by_kind_state_and_words(noor, amara, maya):
    assert names(noor) == ["Amara Okafor", "Maya Ortiz", "Noor Haddad"]
    assert names(noor, kind="staff") == ["Amara Okafor", "Noor Haddad"]
    assert names(noor, kind="patients") == ["Maya Ortiz"]
    assert names(noor, words="oka") == ["Amara Okafor"]
    assert names(noor, state="disabled") == []
    assert names(noor, sort="name", down=True) == ["Noor Haddad", "Maya Ortiz", "Amara Okafor"]


def test_a_patients_address_is_neither_shown_nor_searched(noor, maya):
    with unit_of_work(write=False):
        assert people.find_people(noor, Query(kind="patients")).rows[0].email == ""
    assert names(noor, words="example.org", kind="patients") == []


def test_pages_hold_fifty_and_a_number_beyond_shows_the_last(noor, make):
    for number in range(51):
        make(f"Client {number:02}", "patient")
    with unit_of_work(write=False):
        found = people.find_people(noor, Query(kind="patients", page=9))
        assert (found.total, found.pages, found.page, [row.name for row in found.rows]) == (51, 2, 2, ["Client 50"])


def test_the_number_of_queries_does_not_grow_with_people(noor, make):
    def count() -> int:
        seen = []
        with unit_of_work(write=False) as db:
            engine = db.connection().engine
            event.listen(engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
            people.find_people(noor, Query())
        return len(seen)

    make("First Therapist", "therapist")
    few = count()
    for number in range(12):
        make(f"Therapist {number}", "therapist")
    with unit_of_work(write=False):
        pass
    assert few <= 6
    assert count() / 2 <= few  # the first listener still counts


def test_only_administrators_see_the_list(amara, maya):
    for who in (amara, maya):
        with unit_of_work(write=False), pytest.raises(Forbidden):
            people.find_people(who, Query())
        with unit_of_work(), pytest.raises(Forbidden):
            people.add_person(who, email="x@example.org", name="X", roles=["therapist"])


def test_adding_a_therapist_invites_and_makes_an_empty_profile(noor, run_jobs):
    with unit_of_work():
        made = people.add_person(noor, email="new@example.org", name="New  Person", roles=["therapist"])
    with unit_of_work(write=False):
        assert api.therapist(made.uid).name == "New Person"
        assert identity.user(made.uid).state == "invited"


def test_an_address_is_used_once(noor):
    with unit_of_work():
        people.add_person(noor, email="new@example.org", name="New", roles=["therapist"])
    with unit_of_work(), pytest.raises(Conflict):
        people.add_person(noor, email="NEW@example.org", name="Again", roles=["clinic_admin"])
    with unit_of_work(), pytest.raises(Invalid):
        people.add_person(noor, email="other@example.org", name=" ", roles=["clinic_admin"])
