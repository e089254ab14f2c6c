"""An IT administrator and their browser."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.conftest import ClinicBrowser
from vtclinic.app import House
from vtclinic.console import sessions, visits
from vtclinic.console.models import InstanceAdmin, InstanceTotp
from vtclinic.console.service import create_first_admin, shut_secret
from vtclinic.core import clock
from vtclinic.core.uow import control_unit_of_work
from vtclinic.identity import totp
from vtclinic.identity.models import Stage
from vtclinic.identity.sessions import Visit

PASSWORD = "purple tram waits calmly"
ADDRESS = "ina@example.org"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def admin(house: House) -> UUID:
    """The first administrator, with a password and no second step yet."""
    return create_first_admin(house.instance, ADDRESS, PASSWORD)


@pytest.fixture
def with_app(house: House, admin: UUID) -> UUID:
    """The first administrator with an app that shows codes."""
    give_app(house, admin)
    return admin


@pytest.fixture
def at_console(app: Flask) -> Callable[[], FlaskClient]:
    """Make a browser at the console's host."""

    def make() -> FlaskClient:
        client = ClinicBrowser(app, app.response_class)
        client.host = "console.test"
        client.environ_base["HTTP_ACCEPT"] = "text/html"
        return client

    return make


@pytest.fixture
def console(at_console: Callable[[], FlaskClient], house: House, with_app: UUID) -> FlaskClient:
    """A browser that finished signing in."""
    return signed_in(at_console(), house, with_app)


def give_app(house: House, uid: UUID) -> None:
    """Give an administrator an app with a known secret."""
    now = clock.now()
    with control_unit_of_work() as control:
        control.add(InstanceTotp(admin_uid=uid, secret_sealed=shut_secret(house.instance.master, uid, SECRET), created_at=now, confirmed_at=now))


def signed_in(client: FlaskClient, house: House, uid: UUID) -> FlaskClient:
    """Give a browser the cookie of a finished sign-in."""
    with control_unit_of_work() as control:
        begun = sessions.begin(house.instance, control.get_one(InstanceAdmin, uid), Visit("Firefox, Linux", "192.0.2.1"), stage=Stage.OPEN, mfa=True)
    with client.session_transaction(base_url="http://console.test") as cookie:
        cookie[visits.TOKEN] = begun.token
    return client


def token_of(client: FlaskClient, path: str) -> str:
    """Read a page's CSRF token."""
    return client.get(path).text.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]


def post(client: FlaskClient, path: str, *, page: str | None = None, **data: str):
    """Send a form the way a browser does: open the page, take its token, post."""
    return client.post(path, data={**data, "csrf_token": token_of(client, page or path)})


def code_now() -> str:
    """Return what the app shows."""
    return totp.code_now(SECRET)
