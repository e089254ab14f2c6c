"""Moving on PostgreSQL, where two presses really run at once."""

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import func, select

from tests.features.matching.telling import tell, works
from tests.features.scheduling.conftest import THURSDAY
from vtclinic.core.ids import new_id
from vtclinic.core.outbox import OutboxMail
from vtclinic.core.uow import session
from vtclinic.features.scheduling import booking, diary, moving
from vtclinic.features.scheduling.booking import Wish
from vtclinic.features.scheduling.models import SlotClaim

pytestmark = pytest.mark.postgres
LATER = THURSDAY + timedelta(hours=1)


def test_presses_at_once_move_it_once_and_whoever_comes_second_is_told(clinic_on_postgres, people):
    amara, sam = works(people, people.therapist(), specialities=["worry"]), people.patient()
    tell(people, sam)
    patient, therapist = people.actor(sam), people.actor(amara)
    with people.inside():
        made = booking.book(patient, Wish(amara, THURSDAY, "Europe/Dublin", new_id()))
    ends = people.at_once([partial(moving.move, patient, made.uid, LATER, seen=0) for _press in range(4)], told=moving.MovedMeanwhile)
    assert not any(isinstance(end, moving.MovedMeanwhile) for end in ends)
    with people.inside():
        assert diary.appointment(made.uid).ics_sequence == 1
        assert session().scalar(select(func.count()).select_from(OutboxMail).where(OutboxMail.template == "appointment-moved")) == 1
    moves = [partial(moving.move, who, made.uid, LATER + timedelta(hours=hour), seen=1) for who, hour in ((patient, 1), (therapist, -4))]
    ends = people.at_once(moves, told=moving.MovedMeanwhile)
    assert sum(isinstance(end, moving.MovedMeanwhile) for end in ends) == 1
    with people.inside():
        now = diary.appointment(made.uid)
        assert now.ics_sequence == 2
        assert {row.at for row in session().scalars(select(SlotClaim))} == {now.starts_at + timedelta(minutes=5 * number) for number in range(10)}
