"""People of Harbour for the tests of staff."""

from datetime import timedelta

import pytest

from vtclinic.core import clock
from vtclinic.core.ids import new_id
from vtclinic.core.policy import SYSTEM, Actor
from vtclinic.core.uow import unit_of_work
from vtclinic.features.staff import credentials
from vtclinic.features.staff.credentials import Claim
from vtclinic.identity import service as identity


@pytest.fixture
def make(in_clinic):
    """Make an active person with roles; returns who they are as an actor."""

    def made(name: str, *roles: str) -> Actor:
        address = f"{name.replace(' ', '.').lower()}-{new_id().hex[-6:]}@example.org"
        with unit_of_work():
            user = identity.create_user(SYSTEM, email=address, name=name, roles=list(roles), state="active")
            return Actor(uid=user.uid, role=user.acting_role, roles=frozenset(user.roles), name=user.name)

    return made


@pytest.fixture
def amara(make):
    return make("Amara Okafor", "therapist")


@pytest.fixture
def noor(make):
    return make("Noor Haddad", "clinic_admin")


@pytest.fixture
def maya(make):
    return make("Maya Ortiz", "patient")


def claim(**changes) -> Claim:
    values = {
        "number": "PSI-12345",
        "title": "Psychotherapist",
        "register": "Psychological Society of Ireland",
        "country": "IE",
        "region": "",
        "expires_on": clock.now().date() + timedelta(days=400),
    }
    return Claim(**(values | changes))


@pytest.fixture
def handed_in(amara):
    """Amara's licence, waiting to be checked."""
    with unit_of_work():
        return credentials.hand_in(amara, amara.uid, claim(), None).uid
