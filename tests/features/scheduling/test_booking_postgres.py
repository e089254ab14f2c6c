"""The same rule on PostgreSQL, where two bookings really run at once."""

from functools import partial

import pytest
from sqlalchemy import func, select

from tests.features.matching.telling import tell, works
from tests.features.scheduling.conftest import THURSDAY
from vtclinic.core.ids import new_id
from vtclinic.core.uow import session
from vtclinic.features.scheduling import booking
from vtclinic.features.scheduling.booking import SlotTaken, Wish
from vtclinic.features.scheduling.models import Appointment

pytestmark = pytest.mark.postgres
BOOKERS = 6


def test_of_many_who_book_at_once_one_wins(clinic_on_postgres, people):
    amara = works(people, people.therapist(), specialities=["worry"])
    patients = [people.patient(f"Patient Number{chr(65 + number)}") for number in range(BOOKERS)]
    for patient in patients:
        tell(people, patient)
    actors = [people.actor(patient) for patient in patients]
    works_at_once = [partial(booking.book, actor, Wish(amara, THURSDAY, "Europe/Dublin", new_id())) for actor in actors]
    refused = [end for end in people.at_once(works_at_once, told=SlotTaken) if isinstance(end, SlotTaken)]
    assert [len(end.near) for end in refused] == [4] * (BOOKERS - 1)
    with people.inside():
        assert session().scalar(select(func.count()).select_from(Appointment)) == 1
