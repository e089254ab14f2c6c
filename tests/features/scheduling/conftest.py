"""Fixtures: Sam, a patient whose answers were sent, and Amara, a therapist on Dublin's clock, on a Monday morning in November."""

from datetime import UTC, datetime

import pytest
import time_machine

from tests.features.matching.telling import tell, works
from vtclinic.core.ids import new_id
from vtclinic.features.scheduling import booking, diary, jobs
from vtclinic.features.scheduling.booking import Wish
from vtclinic.features.scheduling.groups import seating
from vtclinic.features.scheduling.groups.models import GroupKind
from vtclinic.features.scheduling.groups.seating import Wanted
from vtclinic.features.scheduling.series import jobs as series_jobs

MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
THURSDAY = datetime(2026, 11, 26, 14, 0, tzinfo=UTC)
GROUP_START = datetime(2026, 12, 3, 15, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock(house):
    """Start every test on Monday 23 November 2026, 08:00 in Dublin."""
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def amara(people):
    return works(people, people.therapist(), title="Psychotherapist", practising_since=2015, specialities=["worry"])


@pytest.fixture
def sam(people):
    uid = people.patient()
    tell(people, uid)
    return uid


@pytest.fixture
def wish(amara):
    """Make a wish for a time with Amara."""

    def make(start=THURSDAY, *, therapist=amara, zone="Europe/Dublin", key=None, format=""):
        return Wish(therapist, start, zone, key or new_id(), format)

    return make


@pytest.fixture
def book(people, wish):
    """Book a time for somebody in a unit of work of its own; returns the appointment."""

    def make(patient, start=THURSDAY, **more):
        who = people.actor(patient)
        with people.inside():
            return booking.book(who, wish(start, **more))

    return make


@pytest.fixture
def at(app, browse, people):
    """Open a signed-in browser for somebody."""
    return lambda uid: people.sign_in(app, browse(), uid)


@pytest.fixture
def crowd(people, amara):
    """Make patients in Amara's care."""

    def make(count):
        made = [people.patient(f"Patient Number{chr(65 + number)}") for number in range(count)]
        for uid in made:
            tell(people, uid)
            people.pair(uid, amara)
        return made

    return make


@pytest.fixture
def plan(people, amara):
    """Plan a session as Amara."""

    def make(patients=(), *, who=amara, seats=3, kind=GroupKind.GROUP, start=GROUP_START, open_to_all=False, others=()):
        actor = people.actor(who)
        with people.inside():
            wanted = Wanted(
                kind=kind,
                title="Thursday group",
                service_uid=diary.services()[0].uid,
                start=start,
                zone="Europe/Dublin",
                seats=seats,
                format="video",
                patients=tuple(patients),
                open_to_all=open_to_all,
                others=others,
            )
            return seating.plan(actor, wanted).uid

    return make


@pytest.fixture
def act(people):
    """Do something as somebody, in a unit of work of its own."""

    def run(work, who, *args, **more):
        actor = people.actor(who)
        with people.inside():
            return work(actor, *args, **more)

    return run


@pytest.fixture
def remind(run_job):
    """Run the worker's look at what is due."""
    return lambda: run_job(jobs.remind)


@pytest.fixture
def keep(run_job):
    """Run the periodic work on regular times."""
    return lambda: run_job(series_jobs.keep_series)
