"""The same rule on PostgreSQL, where two bookings really run at once."""

import dataclasses
import threading

import pytest
from sqlalchemy import func, select

from tests.features.matching.telling import tell, works
from tests.features.scheduling.conftest import THURSDAY
from vtclinic.core import uow
from vtclinic.core.ids import new_id
from vtclinic.core.uow import session, unit_of_work
from vtclinic.features.scheduling import booking
from vtclinic.features.scheduling.booking import SlotTaken, Wish
from vtclinic.features.scheduling.models import Appointment
from vtclinic.tenants.migrate import upgrade
from vtclinic.tenants.scope import tenant_scope

pytestmark = pytest.mark.postgres
BOOKERS = 6


@pytest.fixture
def clinic_on_postgres(postgres, house, people, monkeypatch):
    """Harbour with its data in PostgreSQL for the time of the test."""
    with postgres.database("harbour") as url:
        upgrade(url, "clinic")
        moved = dataclasses.replace(house.directory.by_slug("harbour"), database_url=url)
        monkeypatch.setattr(type(people), "_scope", lambda _people, _clinic="harbour": moved)
        yield moved
        uow.engines().forget(url)


def test_of_many_who_book_at_once_one_wins(clinic_on_postgres, people):
    amara = works(people, people.therapist(), specialities=["worry"])
    patients = [people.patient(f"Patient Number{chr(65 + number)}") for number in range(BOOKERS)]
    for patient in patients:
        tell(people, patient)
    actors = [people.actor(patient) for patient in patients]
    ready, ends = threading.Barrier(BOOKERS), [""] * BOOKERS

    def run(number):
        with tenant_scope(clinic_on_postgres):
            ready.wait(10)
            try:
                with unit_of_work():
                    booking.book(actors[number], Wish(amara, THURSDAY, "Europe/Dublin", new_id()))
                ends[number] = "booked"
            except SlotTaken as taken:
                ends[number] = f"taken, {len(taken.near)} near"

    threads = [threading.Thread(target=run, args=(number,)) for number in range(BOOKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(ends) == ["booked"] + ["taken, 4 near"] * (BOOKERS - 1)
    with people.inside():
        assert session().scalar(select(func.count()).select_from(Appointment)) == 1
