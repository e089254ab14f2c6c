"""The real programs that tests drive: a browser, PostgreSQL, Redis. Each is started once per session, on this machine only.

A missing program skips its tests with the line that installs it; under CI it is a failure.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from cli import TEST_PROGRAMS, find_program
from tests.people import People
from vtclinic.app import House
from vtclinic.core import uow
from vtclinic.core.scope import ClinicScope
from vtclinic.tenants.migrate import upgrade

CHROMIUM_ARGUMENTS = (
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-default-browser-check",
    "--no-first-run",
    "--no-pings",
    "--host-resolver-rules=MAP *.localhost 127.0.0.1",
)
START_SECONDS = 30.0


def program(package: str) -> str:
    """Return the path of the package's program, or skip (fail under CI) the test that needs it."""
    found = find_program(TEST_PROGRAMS[package])
    if found is None:
        sentence = f"{package} is missing; install it with: apt-get install -y {package}"
        if os.environ.get("CI"):
            pytest.fail(sentence, pytrace=False)
        pytest.skip(sentence)
    return found


def until(condition: Callable[[], object], *, seconds: float = START_SECONDS, what: str = "it") -> None:
    """Wait for a condition; fail when it does not come."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not happen within {seconds:.0f} seconds"
        time.sleep(0.02)


@dataclass(frozen=True)
class PostgresServer:
    """A running PostgreSQL on a unix socket of its own."""

    folder: Path
    user: str

    def url(self, database: str = "postgres") -> str:
        """The address as SQLAlchemy takes it; `{name}` may stand for the database."""
        return f"postgresql+psycopg://{self.user}@/{database}?host={self.folder}"

    @property
    def dsn(self) -> str:
        return f"host={self.folder} user={self.user} dbname=postgres"

    @contextlib.contextmanager
    def database(self, name: str) -> Iterator[str]:
        """Make an empty database for the time of the block; yields its address."""
        self._run(f'create database "{name}"')
        try:
            yield self.url(name)
        finally:
            self._run(f'drop database "{name}" with (force)')

    def _run(self, statement: str) -> None:
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            connection.execute(statement)


@contextlib.contextmanager
def running_postgres() -> Iterator[PostgresServer]:
    """Start PostgreSQL for the time of the block; as root it runs as the user `postgres`, which it insists on."""
    binaries = Path(program("postgresql")).parent
    user, prefix = "postgres", ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    folder = Path(tempfile.mkdtemp(prefix="vt-pg-"))
    if prefix:
        shutil.chown(folder, user)
    data, options = folder / "data", f"-k {folder} -c listen_addresses= -c fsync=off -c full_page_writes=off -c max_connections=60"
    try:
        _quietly([*prefix, str(binaries / "initdb"), "-D", str(data), "-U", user, "-A", "trust", "-E", "UTF8", "--no-sync"], folder)
        _quietly([*prefix, str(binaries / "pg_ctl"), "-D", str(data), "-w", "-l", str(folder / "log"), "-o", options, "start"], folder)
        try:
            yield PostgresServer(folder, user)
        finally:
            _quietly([*prefix, str(binaries / "pg_ctl"), "-D", str(data), "-m", "immediate", "-w", "stop"], folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def running_redis() -> Iterator[str]:
    """Start Redis on a free loopback port for the time of the block; yields its address."""
    binary = program("redis-server")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = Path(tempfile.mkdtemp(prefix="vt-redis-"))
    command = [binary, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until(lambda: _accepts(port), what="Redis")
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.terminate()
        process.wait(10)
        shutil.rmtree(folder, ignore_errors=True)


def _accepts(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def _quietly(command: list[str], folder: Path) -> None:
    # To a file, not a pipe: the server that pg_ctl leaves behind would hold the pipe open.
    with (folder / "out").open("ab") as output:
        code = subprocess.run(command, stdout=output, stderr=output, cwd="/", timeout=60, check=False).returncode
    assert code == 0, (folder / "out").read_text(errors="replace")[-2000:]


@pytest.fixture(scope="session")
def chromium() -> str:
    """The browser's path, for playwright's `executable_path`; start it with CHROMIUM_ARGUMENTS."""
    return program("chromium")


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A real PostgreSQL server."""
    with running_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """A real Redis server's address."""
    with running_redis() as url:
        yield url


@pytest.fixture
def clinic_on_postgres(postgres: PostgresServer, house: House, people: People) -> Iterator[ClinicScope]:
    """Harbour with its data in PostgreSQL for the time of the test; name it before the fixtures that make people."""
    with postgres.database("harbour") as url:
        upgrade(url, "clinic")
        people.moved["harbour"] = dataclasses.replace(house.directory.by_slug("harbour"), database_url=url)
        yield people.moved["harbour"]
        uow.engines().forget(url)
