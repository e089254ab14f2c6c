"""People for tests: made by the same services the product uses, signed in without the cost of a password."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient

from tests.together import at_once
from vtclinic.app import House
from vtclinic.core import clock
from vtclinic.core.policy import CLINIC_ADMIN, PATIENT, THERAPIST, Actor
from vtclinic.core.scope import ClinicScope
from vtclinic.core.uow import in_unit, session, unit_of_work
from vtclinic.features.records import api as records
from vtclinic.features.staff import api as staff
from vtclinic.identity import service as identity
from vtclinic.identity import sessions, visits
from vtclinic.identity.models import Stage, UserState
from vtclinic.tenants.scope import tenant_scope

PASSWORD = "purple tram waits calmly"
TOTP = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
_HASHES: dict[str, str] = {}


@dataclass
class People:
    """Makes patients, therapists and admins in a clinic (Harbour unless told) and signs them in."""

    house: House
    # Clinics whose data are elsewhere during a test.
    moved: dict[str, ClinicScope] = field(default_factory=dict)

    def patient(self, name: str = "Sam Byrne", *, clinic: str = "harbour", email: str = "") -> UUID:
        """Make an active patient with profile and key, living in Ireland."""
        return self._make(name, PATIENT, clinic, email)

    def therapist(self, name: str = "Amara Okafor", *, clinic: str = "harbour", email: str = "", licensed: bool = True) -> UUID:
        """Make a therapist with a second step, working Monday to Friday, and a verified Irish licence unless told not to."""
        uid = self._make(name, THERAPIST, clinic, email)
        with self.inside(clinic):
            me = self.actor(uid, clinic=clinic)
            staff.change_practice(me, uid, timezone="Europe/Dublin", languages=["en"], formats=["video", "audio"], age_bands=["adult"], capacity=20)
            staff.change_hours(me, uid, {day: [(time(9), time(17))] for day in range(5)})
            if licensed:
                session().add(_licence(uid))
        return uid

    def admin(self, name: str = "Ruth Daly", *, clinic: str = "harbour", email: str = "") -> UUID:
        """Make a clinic admin with a second step."""
        return self._make(name, CLINIC_ADMIN, clinic, email)

    def pair(self, patient: UUID, therapist: UUID, *, clinic: str = "harbour") -> None:
        """Put a patient into a therapist's care."""
        with self.inside(clinic):
            records.open_care(self.actor(patient, clinic=clinic), patient, therapist)

    def actor(self, uid: UUID, *, clinic: str = "harbour") -> Actor:
        """Return the actor that a signed-in person would be."""
        with self.inside(clinic):
            person = identity.user(uid)
            return Actor(
                uid=uid,
                role=person.roles[0],
                roles=frozenset(person.roles),
                clinic_uid=self._scope(clinic).uid,
                name=person.name,
                mfa=True,
                fresh_until=clock.now() + timedelta(minutes=10),
            )

    def sign_in(self, app: Flask, client: FlaskClient, uid: UUID, *, clinic: str = "harbour") -> FlaskClient:
        """Give a browser the cookie of a finished sign-in."""
        with self.inside(clinic):
            begun = sessions.begin(identity.user(uid), sessions.Visit("Firefox, Linux", "192.0.2.1"), stage=Stage.OPEN, mfa=True)
        with client.session_transaction(base_url=f"http://{clinic}.test") as cookie:
            cookie[visits.TOKEN] = begun.token
        return client

    @contextmanager
    def inside(self, clinic: str = "harbour"):  # type: ignore[no-untyped-def]
        """Work in a clinic's scope and unit of work, joining the ones that are open."""
        if in_unit():
            yield
            return
        with tenant_scope(self._scope(clinic)), unit_of_work():
            yield

    def at_once(self, works: Sequence[Callable[[], Any]], *, told: type[Exception] | tuple[type[Exception], ...] = (), clinic: str = "harbour") -> list[Any]:
        """Start all works together, each in a unit of its own; return in their order what each gave, or the error of a kind `told`."""
        scope = self._scope(clinic)

        def unit(work: Callable[[], Any]) -> Any:
            with tenant_scope(scope), unit_of_work():
                return work()

        return at_once([partial(unit, work) for work in works], told=told)

    def _scope(self, clinic: str) -> ClinicScope:
        return self.moved.get(clinic) or self.house.directory.by_slug(clinic)

    def _make(self, name: str, role: str, clinic: str, email: str) -> UUID:
        address = email or f"{name.lower().replace(' ', '.')}@example.org"
        hashed = _once(PASSWORD, identity.hash_password)
        with self.inside(clinic):
            user = identity.create_account(_MAKER, identity.NewAccount(address, name, (role,), UserState.ACTIVE, password_hash=hashed))
            if role != PATIENT:
                identity.add_app(user, TOTP)
            return user.uid


_MAKER = Actor(uid=None, role="system")


def _once(text: str, hasher: Callable[[str], str]) -> str:
    if text not in _HASHES:
        _HASHES[text] = hasher(text)
    return _HASHES[text]


def _licence(uid: UUID) -> staff.Credential:
    return staff.Credential(
        therapist_uid=uid,
        number="IE-12345",
        country="IE",
        title="Psychotherapist",
        register="Irish register",
        expires_on=date(2032, 1, 1),
        state=staff.CredentialState.VERIFIED,
        submitted_at=clock.now(),
        checked_at=clock.now(),
    )
