"""Fixtures: Amara has one hour a week, Thursday at two; whoever waits is put on the list a day later than the one before."""

from datetime import time, timedelta

import pytest

from tests.features.matching.telling import tell, works
from vtclinic.core import clock as product_clock
from vtclinic.core.policy import SYSTEM
from vtclinic.core.uow import session
from vtclinic.features.scheduling import diary
from vtclinic.features.scheduling.waiting import holds, joining, offering
from vtclinic.features.scheduling.waiting.wishes import Wishes
from vtclinic.tenants.scope import tenant_scope


@pytest.fixture
def one_hour(people, amara):
    """Leave Amara one open time: Thursday 26 November at two."""
    works(people, amara, hours={3: [(time(14), time(15))]})
    with people.inside():
        diary.services()[0].horizon_days = 5
    return amara


@pytest.fixture
def waits(people):
    """Put somebody on the list, as if some days ago; returns the entry's uid."""

    def make(patient, *therapists, days_ago=0, **wishes):
        with people.inside():
            entry = joining.join(SYSTEM, patient, Wishes("Europe/Dublin", therapists, **wishes), since=product_clock.now() - timedelta(days=days_ago))
            return entry.uid

    return make


@pytest.fixture
def another(people):
    """Make more patients whose answers were sent."""

    def make(name):
        uid = people.patient(name)
        tell(people, uid)
        return uid

    return make


@pytest.fixture
def offer_times(clinic):
    """Look for times as the worker does."""

    def run():
        with tenant_scope(clinic):
            return offering.offer_times()

    return run


@pytest.fixture
def kept(people):
    """Return whom each kept time is for, by the patient."""

    def look(entry):
        with people.inside():
            found = holds.held_for(entry)
            session().expunge_all()
            return found

    return look
