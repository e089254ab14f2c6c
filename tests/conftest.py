"""Fixtures: a real installation with two clinics, made once and copied for each test that wants one."""

from __future__ import annotations

import gc
import os
import re
import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.people import People
from tests.queries import Queries, counted_queries
from tests.reuse import reuse_addresses, reuse_templates
from tests.system import chromium, clinic_on_postgres, postgres, redis_url  # noqa: F401 - fixtures
from vtclinic.app import House, attach_sockets, create_app, open_house
from vtclinic.core import jobs, uow
from vtclinic.core.crypto.keys import create_master_key
from vtclinic.core.database import Engines
from vtclinic.core.policy import SYSTEM
from vtclinic.core.scope import ClinicScope
from vtclinic.core.settings import Settings, load_settings
from vtclinic.tenants.instance import control_url, open_instance
from vtclinic.tenants.migrate import upgrade
from vtclinic.tenants.scope import tenant_scope
from vtclinic.tenants.service import NewClinic, create_clinic

HARBOUR = NewClinic("harbour", "Harbour", ("harbour.test",), "IE", "Europe/Dublin")
NORTHSIDE = NewClinic("northside", "Northside", ("northside.test",), "IE", "Europe/Dublin", theme="warm")
reuse_addresses()
_LOOPBACK = re.compile(r"^(127\.|::1$|localhost$|0\.0\.0\.0$)")


def pytest_collection_finish() -> None:
    """Spare the modules: every collection of what applications leave behind would look through them again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True, scope="session")
def _only_loopback() -> Iterator[None]:
    """Refuse connections to anywhere but this machine."""
    real = socket.socket.connect

    def connect(self: socket.socket, address: object) -> object:
        if isinstance(address, tuple) and not _LOOPBACK.match(str(address[0])):
            raise AssertionError(f"a test tried to reach {address[0]}")
        return real(self, address)

    socket.socket.connect = connect  # type: ignore[method-assign,assignment]
    yield
    socket.socket.connect = real  # type: ignore[method-assign]


def test_settings(home: Path, **changes: object) -> Settings:
    """Settings of a test installation."""
    values: dict[str, object] = {"env": "test", "mail_backend": "file", "secure_cookies": False, "public_scheme": "http", "console_host": "console.test"}
    return load_settings(home, **(values | changes))


test_settings.__test__ = False  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
def made_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished installation with two clinics, to be copied."""
    home = tmp_path_factory.mktemp("made")
    home.chmod(0o700)
    settings = test_settings(home)
    create_master_key(home)
    upgrade(control_url(settings), "control")
    instance = open_instance(settings)
    for wanted in (HARBOUR, NORTHSIDE):
        create_clinic(instance, SYSTEM, wanted)
    uow.engines().dispose()
    return home


@pytest.fixture
def home(made_home: Path, tmp_path: Path) -> Path:
    """This test's own copy of the installation."""
    copy = tmp_path / "home"
    shutil.copytree(made_home, copy)
    return copy


@pytest.fixture
def house(home: Path) -> Iterator[House]:
    """The opened installation."""
    opened = open_house(test_settings(home))
    yield opened
    uow.engines().dispose()
    uow.configure(Engines(4), "")


@pytest.fixture
def clinic(house: House) -> ClinicScope:
    """The clinic called Harbour; not entered yet."""
    return house.directory.by_slug("harbour")


@pytest.fixture
def northside(house: House) -> ClinicScope:
    """Another clinic on the same instance; not entered yet."""
    return house.directory.by_slug("northside")


@pytest.fixture
def scope() -> Callable[[ClinicScope], AbstractContextManager[ClinicScope]]:
    """Enter a clinic: `with scope(clinic): …`."""
    return tenant_scope


@pytest.fixture
def in_clinic(clinic: ClinicScope) -> Iterator[ClinicScope]:
    """Run the test inside Harbour's scope."""
    with tenant_scope(clinic):
        yield clinic


@pytest.fixture
def unit(in_clinic: ClinicScope) -> Iterator[object]:
    """Run the test inside Harbour's scope and one unit of work."""
    with uow.unit_of_work() as session:
        yield session


@pytest.fixture
def app(house: House) -> Flask:
    """The web application over this test's installation."""
    made = create_app(house.settings, house)
    reuse_templates(made)
    attach_sockets(made, house.settings, async_mode="threading")
    return made


class ClinicBrowser(FlaskClient):
    """A browser that opens paths on one clinic's hostname; werkzeug overwrites a Host given any other way."""

    host = ""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        """Open a path of this browser's clinic unless told otherwise."""
        if args and isinstance(args[0], str):
            kwargs.setdefault("base_url", f"http://{self.host}")
        return super().open(*args, **kwargs)

    def session_transaction(self, *args: Any, **kwargs: Any) -> Any:
        """Read and change the cookie of this browser's clinic."""
        kwargs.setdefault("base_url", f"http://{self.host}")
        return super().session_transaction(*args, **kwargs)


@pytest.fixture
def browse(app: Flask) -> Callable[..., FlaskClient]:
    """Make a browser without JavaScript for one clinic: `browse("northside")`."""

    def make(slug: str = "harbour") -> FlaskClient:
        client = ClinicBrowser(app, app.response_class)
        client.host = f"{slug}.test"
        client.environ_base["HTTP_ACCEPT"] = "text/html"
        return client

    return make


@pytest.fixture
def client(browse: Callable[..., FlaskClient]) -> FlaskClient:
    """A browser at Harbour, not signed in."""
    return browse()


@pytest.fixture
def people(house: House) -> People:
    """Makes people in a clinic and signs them in."""
    return People(house)


@pytest.fixture
def run_job(people: People) -> Callable[[Callable[..., Any]], Any]:
    """Run one periodic job in Harbour; returns what it did."""

    def run(job: Callable[..., Any]) -> Any:
        with tenant_scope(people._scope("harbour")):
            return job(clinic="harbour")

    return run


@pytest.fixture
def run_jobs(house: House) -> Callable[[], int]:
    """Run every queued job now."""
    return jobs.drain


@pytest.fixture
def count_queries() -> Callable[[], AbstractContextManager[Queries]]:
    """Count what a page asks a clinic's database: `with count_queries() as asked: …; assert asked.reads <= 8`."""
    return counted_queries


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep this machine's own settings out of the tests."""
    for name in list(os.environ):
        if name.startswith("VTCLINIC_"):
            monkeypatch.delenv(name)
