"""The real application under its real supervisor."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import requests

from tests.conftest import test_settings as settings_of
from tests.system import until
from vtclinic.core.bus import Bus
from vtclinic.serve import ports
from vtclinic.serve.supervisor import Supervisor


@pytest.fixture
def instance(home: Path, request):
    """A real instance with two clinics, ready."""
    supervisor = Supervisor(settings_of(home, port=ports.free_port(), async_mode=getattr(request, "param", "eventlet")))
    try:
        supervisor.start()
        supervisor.wait_ready()
        yield supervisor
    finally:
        supervisor.stop()


def get(instance: Supervisor, path: str, host: str = "harbour.test") -> requests.Response:
    return requests.get(instance.addresses[0] + path, headers={"Host": host}, timeout=20, allow_redirects=False)


def memory(pid: int) -> int:
    """Megabytes that a process has in memory."""
    found = re.search(r"^VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    return int(found[1]) // 1024


@pytest.mark.parametrize("instance", ["eventlet", "gevent"], indirect=True)
def test_the_real_application_serves_probes_pages_and_help(instance):
    assert get(instance, "/healthz").text == "ok\n"
    assert get(instance, "/readyz", host="anything.test").status_code == 200
    assert get(instance, "/help-now").status_code == 200
    assert get(instance, "/nothing-here").status_code == 404
    assert get(instance, "/", host="unknown.test").status_code == 404
    assert get(instance, "/").status_code in (200, 302, 303)


def test_it_stays_small(instance):
    get(instance, "/help-now")
    sizes = {child.name.partition(":")[0]: memory(child.process.pid) for child in instance.children}
    assert sizes["web"] <= 170
    assert sizes["worker"] <= 120


def test_a_queue_or_database_that_is_gone_makes_it_not_ready(instance, home):
    control = home / "control.db"
    control.rename(home / "moved.db")
    for name in ("control.db-wal", "control.db-shm"):
        (home / name).unlink(missing_ok=True)
    control.write_bytes(b"this is no database, and so nothing can be read from it")
    until(lambda: get(instance, "/readyz").status_code != 200, what="not ready")
    assert get(instance, "/healthz").status_code == 200
    assert get(instance, "/help-now").status_code == 200


def test_its_log_is_json_from_the_first_line(instance, capfd):
    get(instance, "/help-now")
    instance.stop()
    lines = [line for line in capfd.readouterr().err.splitlines() if line.strip()]
    assert all({"event", "level", "time", "process"} <= json.loads(line).keys() for line in lines)


def test_a_signal_from_another_process_is_read(home):
    heard, here, there = [], Bus(home), Bus(home)
    there.send("room", "thread.new", {"uid": 1})
    heard = here.since(0)
    assert [(room, event, payload) for _, room, event, payload in heard] == [("room", "thread.new", {"uid": 1})]
    here.close()
    there.close()
