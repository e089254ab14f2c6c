"""A throw-away installation with people in it, and its web process."""

from __future__ import annotations

import hashlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from flask import Flask

from vtclinic.app import House, create_app, open_house
from vtclinic.core import uow
from vtclinic.core.crypto.keys import create_master_key
from vtclinic.core.policy import SYSTEM
from vtclinic.core.settings import Settings, load_settings
from vtclinic.core.uow import unit_of_work
from vtclinic.identity import service as identity
from vtclinic.identity import sessions, visits
from vtclinic.identity.models import Stage
from vtclinic.tenants.instance import control_url, open_instance
from vtclinic.tenants.migrate import upgrade
from vtclinic.tenants.scope import tenant_scope
from vtclinic.tenants.service import NewClinic, create_clinic

ROOT = Path(__file__).resolve().parents[1]
CHOICES = {"env": "demo", "mail_backend": "file", "secure_cookies": False, "public_scheme": "http", "console_host": "console.test"}


@contextmanager
def installation(*slugs: str) -> Iterator[House]:
    """Make an installation in a temporary folder with empty clinics at `<slug>.test`; removed at the end."""
    home = Path(tempfile.mkdtemp(prefix="vtclinic-bench-"))
    try:
        settings = bench_settings(home)
        create_master_key(home)
        upgrade(control_url(settings), "control")
        instance = open_instance(settings)
        (home / "settings.toml").write_text("".join(f"{key} = {_toml(value)}\n" for key, value in CHOICES.items()))
        for slug in slugs:
            create_clinic(instance, SYSTEM, NewClinic(slug, slug.title(), (f"{slug}.test",), "IE", "Europe/Dublin"))
        yield open_house(settings)
    finally:
        uow.engines().dispose()
        shutil.rmtree(home, ignore_errors=True)


def bench_settings(home: Path) -> Settings:
    """Return the settings of a benchmark's installation."""
    return load_settings(home, **CHOICES)


def _toml(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else f'"{value}"'


def free_port() -> int:
    """Return a port nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def child_environment() -> dict[str, str]:
    """Return the variables of a child; compiled modules are kept, as the launcher does."""
    return {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"} | {"PYTHONPATH": str(ROOT)}


@contextmanager
def web_process(home: Path, module: str = "vtclinic.serve.web", *arguments: str) -> Iterator[tuple[int, int]]:
    """Run a web process as the supervisor would; gives its port and process id."""
    port = free_port()
    environment = child_environment() | {"VTCLINIC_REDIS_URL": ""}
    command = [sys.executable, "-m", module, "--home", str(home), "--port", str(port), *arguments]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL, cwd=ROOT)
    try:
        wait_ready(port, process)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(timeout=30)


def wait_ready(port: int, process: subprocess.Popen[bytes], *, within: float = 60) -> float:
    """Wait for /readyz; returns the seconds it took."""
    began = time.monotonic()
    while time.monotonic() - began < within:
        if process.poll() is not None:
            raise RuntimeError(f"the web process ended with {process.returncode}")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=1) as answer:
                if answer.status == 200:
                    return time.monotonic() - began
        except OSError:
            time.sleep(0.02)
    raise TimeoutError("the web process did not get ready")


def cookie_of(app: Flask, house: House, slug: str, uid: UUID) -> str:
    """Return the cookie of a finished sign-in."""
    clinic = house.directory.by_slug(slug)
    with tenant_scope(clinic), unit_of_work():
        begun = sessions.begin(identity.user(uid), sessions.Visit("Benchmark", "127.0.0.1"), stage=Stage.OPEN, mfa=True)
    client = app.test_client()
    with client.session_transaction(base_url=f"http://{clinic.host}") as cookie:
        cookie[visits.TOKEN] = begun.token
        # As of a browser that has been here before; without it every answer would make one and set the cookie anew.
        cookie["csrf_token"] = hashlib.sha1(os.urandom(64)).hexdigest()
    found = client.get_cookie("vt", domain=clinic.host)
    assert found is not None
    return f"vt={found.value}"


def application(house: House) -> Flask:
    """Return the application over a benchmark's installation, in this process."""
    return create_app(house.settings, house)
