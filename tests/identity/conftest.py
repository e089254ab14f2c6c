"""People and letters for the tests of identity."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

import pyotp
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from vtclinic.core.outbox import OutboxMail
from vtclinic.core.scope import ClinicScope
from vtclinic.core.uow import unit_of_work
from vtclinic.identity import passwords, second_step
from vtclinic.identity.accounts import NewAccount, add_user
from vtclinic.identity.models import User, UserState
from vtclinic.identity.sessions import Visit
from vtclinic.tenants.scope import tenant_scope

PASSWORD = "purple tram waits calmly"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@dataclass(frozen=True)
class Mail:
    """What waits in the outbox."""

    to: str
    template: str
    url: str

    @property
    def token(self) -> str:
        """The secret at the end of the mail's link."""
        return self.url.rsplit("/", 1)[1]


def make_user(email: str = "mira@example.org", roles: tuple[str, ...] = ("patient",), *, app: bool = False, state: UserState = UserState.ACTIVE) -> User:
    """Store an account with the usual password; needs a clinic's scope and no unit of work."""
    hashed = passwords.hash_password(PASSWORD)
    with unit_of_work():
        user = add_user(NewAccount(email, "Mira Aalto", roles, state, password_hash=hashed))
        if app:
            second_step.add_app(user, SECRET)
        return user


def mails() -> list[Mail]:
    """Read the outbox of the clinic in scope, oldest first."""
    with unit_of_work(write=False) as db:
        rows = db.scalars(select(OutboxMail).order_by(OutboxMail.created_at, OutboxMail.uid)).all()
        return [Mail(row.to or "", row.template, json.loads(row.params or "{}")["params"].get("url", "")) for row in rows]


def code_now(secret: str = SECRET) -> str:
    """Return what the app shows."""
    return pyotp.TOTP(secret).now()


@pytest.fixture
def visit() -> Visit:
    """A browser that holds no cookie yet."""
    return Visit(device="Firefox, Linux", place="192.0.2.1")


@pytest.fixture
def sign_in(clinic: ClinicScope, client: FlaskClient) -> Callable[..., FlaskClient]:
    """Sign somebody in over HTTP with password and, when they have one, code."""

    def enter(email: str = "mira@example.org", *, app: bool = False, with_client: FlaskClient | None = None) -> FlaskClient:
        browser = with_client or client
        browser.post("/sign-in", data={"email": email, "password": PASSWORD, "csrf_token": token_of(browser, "/sign-in")})
        if app:
            browser.post("/sign-in/code", data={"code": code_now(), "csrf_token": token_of(browser, "/sign-in/code")})
        return browser

    return enter


def token_of(browser: FlaskClient, path: str) -> str:
    """Read a page's CSRF token."""
    text = browser.get(path).get_data(as_text=True)
    return text.split('name="csrf_token" value="', 1)[1].split('"', 1)[0] if 'name="csrf_token" value="' in text else _by_type(text)


def _by_type(text: str) -> str:
    return text.split('name="csrf_token" type="hidden" value="', 1)[1].split('"', 1)[0]


def post(browser: FlaskClient, path: str, *, page: str | None = None, **data: str):
    """Send a form the way a browser does: open the page, take its token, post."""
    return browser.post(path, data={**data, "csrf_token": token_of(browser, page or path)})


def in_scope(clinic: ClinicScope):
    """Enter a clinic."""
    return tenant_scope(clinic)
