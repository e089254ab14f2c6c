"""Fixtures: Sam and Amara, a draft of their regular times, and when they were booked."""

from datetime import date, time

import pytest
from sqlalchemy import func, select

from tests.features.matching.telling import tell
from vtclinic.core.outbox import OutboxMail
from vtclinic.core.uow import session
from vtclinic.core.zones import zone
from vtclinic.features.scheduling.recurrence import Pattern, Rule
from vtclinic.features.scheduling.series import lookup
from vtclinic.features.scheduling.series.planning import Draft

FIRST = date(2026, 11, 26)
WALL = time(14, 0)


@pytest.fixture
def pair(people, sam, amara):
    people.pair(sam, amara)
    return sam, amara


@pytest.fixture
def draft(pair):
    """Make a draft of Sam's and Amara's, every other Thursday at 14:00 in Dublin unless told otherwise."""

    def make(first=FIRST, wall=WALL, zone="Europe/Dublin", **rule):
        return Draft(*pair, Pattern(first, wall, zone, Rule(**({"interval": 2} | rule))))

    return make


@pytest.fixture
def run(people, pair):
    """Do something as the therapist, or as somebody else, in a unit of work of its own."""

    def act(work, *args, who=None, **more):
        actor = people.actor(who or pair[1])
        with people.inside():
            return work(actor, *args, **more)

    return act


@pytest.fixture
def starts(people):
    """Return when the booked sessions of a series are, on the clocks of a zone."""

    def look(series, place="Europe/Dublin"):
        with people.inside():
            found = [each for each in lookup.times(lookup.series(series.uid)) if each.appointment is not None and each.appointment.is_booked]
            return [f"{each.starts_at.astimezone(zone(place)):%m-%d %H:%M}" for each in found]

    return look


def count(table, *where):
    return session().scalar(select(func.count()).select_from(table).where(*where))


def mails(template):
    return session().scalars(select(OutboxMail).where(OutboxMail.template == template)).all()


def people_told(people):
    uid = people.patient("Eva Lind")
    tell(people, uid)
    return uid
