"""The same rules on PostgreSQL, where workers and people really act at once."""

import pytest
from sqlalchemy import func, select

from tests.features.matching.telling import tell
from tests.features.scheduling.waiting.test_offering import offer_uid, race
from vtclinic.core.outbox import OutboxMail
from vtclinic.core.uow import session
from vtclinic.features.scheduling.models import Appointment, SlotClaim
from vtclinic.features.scheduling.waiting import answering, offering
from vtclinic.features.scheduling.waiting.models import TimeOffer
from vtclinic.tenants.scope import tenant_scope

pytestmark = pytest.mark.postgres


@pytest.fixture
def somebody(clinic_on_postgres, people, one_hour, waits):
    """Put Alex on the list for Amara's one hour."""
    alex = people.patient("Alex Quinn")
    tell(people, alex)
    return people.actor(alex), waits(alex, one_hour)


def test_workers_at_once_make_one_offer(clinic_on_postgres, people, somebody):
    assert sum(race(clinic_on_postgres, offering.offer_times, 4)) == 1
    with people.inside():
        assert session().scalar(select(func.count()).select_from(TimeOffer)) == 1
        assert session().scalar(select(func.count()).select_from(OutboxMail).where(OutboxMail.template == "waiting-offer")) == 1


def test_accepting_twice_and_ending_at_once_leave_one_truth(clinic_on_postgres, people, somebody):
    who, entry = somebody
    with tenant_scope(clinic_on_postgres):
        offering.offer_times()
    with people.inside():
        uid = offer_uid(entry)
        until = session().get(TimeOffer, uid).expires_at
    works = [lambda: answering.accept(who, uid), lambda: answering.accept(who, uid), lambda: offering.expire(uid, until)]
    people.at_once(works, told=answering.OfferOver)
    with people.inside():
        state = session().get(TimeOffer, uid).state
        booked = session().scalar(select(func.count()).select_from(Appointment))
        kinds = set(session().scalars(select(SlotClaim.kind)))
    assert (state, booked, kinds) in [("accepted", 1, {"appointment"}), ("expired", 0, set())]
