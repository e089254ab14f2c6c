"""A seeded demonstration in a folder of its own, served by the real web process; tests look behind the scenes with the product's own services."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import requests
from flask import Flask
from sqlalchemy import update

from tests.system import until
from vtclinic.app import House, create_app, open_house
from vtclinic.console import sessions as console_sessions
from vtclinic.console import visits as console_visits
from vtclinic.console.service import admin_by_email
from vtclinic.core import jobs, uow
from vtclinic.core.database import Engines
from vtclinic.core.mail import mail_folder
from vtclinic.core.policy import Actor
from vtclinic.core.settings import Settings
from vtclinic.core.uow import control_unit_of_work, unit_of_work
from vtclinic.demo.cast import IT_ADMIN
from vtclinic.features.home import demo_mail
from vtclinic.identity import service as identity
from vtclinic.identity import sessions, visits
from vtclinic.identity.accounts import as_actor
from vtclinic.identity.models import Stage as Step
from vtclinic.identity.models import User
from vtclinic.serve.supervisor import child_environment
from vtclinic.tenants.models import Clinic, DirectoryVersion
from vtclinic.tenants.scope import tenant_scope

CLINIC, CONSOLE, ELSEWHERE = "harbour.localhost", "console.localhost", "nowhere.localhost"
SLUG = "harbour"
IT = IT_ADMIN
# Machines that run the tests are often busy with the rest of them.
START_SECONDS = 120.0
HERE = sessions.Visit("Chrome, Linux", "127.0.0.1")


@dataclass
class Backstage:
    """The installation opened in the test's own process."""

    house: House
    app: Flask

    def actor(self, email: str) -> Actor:
        """Return who somebody acts as; needs an open unit of work."""
        return as_actor(identity.user_by_email(email))

    @contextlib.contextmanager
    def inside(self) -> Iterator[None]:
        """Work in Harbour's scope and a unit of work."""
        with tenant_scope(self.house.directory.by_slug(SLUG)), unit_of_work():
            yield


@dataclass
class Stage:
    """One served installation."""

    settings: Settings
    names: dict[str, str] = field(default_factory=dict)
    language: str = "en"
    _process: subprocess.Popen[bytes] | None = None

    @property
    def help_file(self) -> Path:
        """Harbour's page of help, as a web server would serve it without us."""
        return self.settings.clinics / SLUG / "public" / "help-now.html"

    def address(self, path: str, host: str = CLINIC) -> str:
        """Return the full address of a path."""
        return f"http://{host}:{self.settings.port}{path}"

    def start(self) -> None:
        """Start the web process and wait until it answers."""
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        command = [sys.executable, "-m", "vtclinic.serve.web", "--home", str(self.settings.home), "--port", str(self.settings.port)]
        self._process = subprocess.Popen(command, env=environment | child_environment(self.settings), cwd="/", stdout=subprocess.DEVNULL)
        until(self._answers, seconds=START_SECONDS, what="the web process")

    def stop(self) -> None:
        """Stop the web process as an operator would."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(30)
            self._process = None

    @contextlib.contextmanager
    def backstage(self) -> Iterator[Backstage]:
        """Open the installation beside the web process."""
        house = open_house(self.settings)
        try:
            yield Backstage(house, create_app(self.settings, house))
        finally:
            uow.engines().dispose()
            uow.configure(Engines(4), "")

    def cookie(self, email: str, *, step: Step = Step.OPEN) -> dict[str, Any]:
        """Sign somebody in without a password; returns the cookie as Chromium takes it."""
        with self.backstage() as behind:
            with behind.inside():
                begun = sessions.begin(identity.user_by_email(email), HERE, stage=step, mfa=True)
            return self._cookie(behind.app, CLINIC, {visits.TOKEN: begun.token})

    def console_cookie(self, *, step: Step = Step.OPEN, **more: Any) -> dict[str, Any]:
        """Sign the IT administrator in; `more` is what else the cookie holds."""
        with self.backstage() as behind:
            with control_unit_of_work():
                admin = admin_by_email(IT)
                assert admin is not None
                begun = console_sessions.begin(behind.house.instance, admin, HERE, stage=step, mfa=True)
            return self._cookie(behind.app, CONSOLE, {console_visits.TOKEN: begun.token} | more)

    def speak(self, locale: str) -> None:
        """Let the clinic and everybody in it read in one language, and wait until the web process knows."""
        if self.language == locale:
            return
        self.language = locale
        with self.backstage() as behind:
            with control_unit_of_work() as control:
                control.execute(update(Clinic).values(locale=locale))
                control.execute(update(DirectoryVersion).values(number=DirectoryVersion.number + 1))
            with behind.inside():
                uow.session().execute(update(User).values(locale=locale))
        until(lambda: ('dir="rtl"' in self._fetch("/sign-in").text) == (locale != "en"), what="the change of language")

    def end_sign_ins(self, email: str) -> None:
        """End somebody's sign-ins, as a time-out would."""
        with self.backstage() as behind, behind.inside():
            sessions.end_sessions(identity.user_by_email(email).uid)

    def mailed(self, to: str) -> demo_mail.CaughtMail:
        """Deliver what waits and return the latest mail to somebody."""
        with self.backstage() as behind:
            jobs.drain()
            with behind.inside():
                return next(mail for mail in demo_mail.caught() if mail.to == to)

    def mailed_link(self, to: str) -> str:
        """Return the link in the latest mail to somebody."""
        return next(text for paragraph in self.mailed(to).paragraphs for text, is_link in paragraph if is_link)

    def uid(self, email: str) -> UUID:
        """Return somebody's id."""
        with self.backstage() as behind, behind.inside():
            return identity.user_by_email(email).uid

    def _cookie(self, app: Flask, host: str, values: dict[str, Any]) -> dict[str, Any]:
        client = app.test_client()
        with client.session_transaction(base_url=self.address("", host)) as cookie:
            cookie.update(values)
        found = client.get_cookie("vt", domain=host)
        assert found is not None
        return {"name": "vt", "value": found.value, "domain": host, "path": "/", "httpOnly": True, "sameSite": "Lax"}

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, "the web process ended"
        with contextlib.suppress(requests.RequestException):
            return self._fetch("/readyz").ok
        return False

    def _fetch(self, path: str) -> requests.Response:
        # Names below localhost are known to browsers; the system's resolver may not know them.
        return requests.get(f"http://127.0.0.1:{self.settings.port}{path}", headers={"Host": f"{CLINIC}:{self.settings.port}"}, timeout=20)


def mail_files(stage: Stage) -> list[Path]:
    """List the mails that were caught."""
    return list(mail_folder(stage.settings.clinics / SLUG).glob("*.eml"))
