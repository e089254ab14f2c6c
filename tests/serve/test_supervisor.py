"""The processes of an instance: they start, come back when they fall, leave politely, and never outlive their supervisor."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests
import socketio

from tests.serve.conftest import ROOT, with_stub
from tests.system import until
from vtclinic.core.settings import Settings
from vtclinic.serve.ports import CANNOT_START, PORT_TAKEN, CannotStart, free_port
from vtclinic.serve.supervisor import Supervisor, child_environment


def get(supervisor: Supervisor, path: str, *, index: int = 0) -> requests.Response:
    return requests.get(supervisor.addresses[index] + path, timeout=20)


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_each_web_process_answers_on_its_own_port(supervise, settings):
    settings_of_two = supervise(workers=2, port=two_free_ports())
    pids = {get(settings_of_two, "/pid", index=index).text for index in (0, 1)}
    assert len(pids) == 2
    assert get(settings_of_two, "/mode").text.split()[0] == settings.async_mode


def two_free_ports() -> int:
    while True:
        first = free_port()
        with socket.socket() as second:
            try:
                second.bind(("127.0.0.1", first + 1))
            except OSError:
                continue
            return first


def test_what_was_said_on_the_command_line_reaches_the_children(supervise, settings):
    supervisor = supervise(log_level="error")
    assert get(supervisor, "/mode").text == f"{settings.async_mode} error"
    assert child_environment(settings)["VTCLINIC_SECURE_COOKIES"] == "true"


@pytest.mark.crash
def test_a_fallen_process_comes_back_by_itself(supervise):
    supervisor = supervise()
    before = get(supervisor, "/pid").text
    with pytest.raises(requests.ConnectionError):
        get(supervisor, "/die")
    until(lambda: supervisor.watch() or supervisor.is_ready(), what="the web process back")
    assert get(supervisor, "/pid").text != before
    worker = supervisor.children[-1]
    worker.process.kill()
    worker.process.wait()
    until(lambda: supervisor.watch() or supervisor.is_ready(), what="the worker back")


def test_a_process_that_keeps_falling_is_restarted_ever_more_slowly(settings):
    child = Supervisor(settings).children[0]
    child.started = time.monotonic()
    assert [child.note_fall() for _ in range(8)] == [0.5, 1, 2, 4, 8, 16, 30, 30]
    child.started = time.monotonic() - 100
    assert child.note_fall() == 0.5


def test_an_answer_under_way_is_finished_when_asked_to_stop(supervise, settings):
    supervisor = supervise()
    with ThreadPoolExecutor() as pool:
        answer = pool.submit(get, supervisor, "/slow")
        until((settings.home / "slow-began").exists, what="the slow request")
        stopping = pool.submit(supervisor.stop)
        until(lambda: not accepts(settings.port), what="the port closed")
        (settings.home / "go-on").touch()
        assert answer.result(15).text == "finished"
        stopping.result(15)
    assert all(not is_alive(child.process.pid) for child in supervisor.children)
    assert supervisor.children[0].process.returncode == 0


def accepts(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_stopping_is_bounded_however_long_an_answer_takes(supervise, settings):
    supervisor = supervise()
    with ThreadPoolExecutor() as pool:
        answer = pool.submit(get, supervisor, "/slow")
        until((settings.home / "slow-began").exists, what="the slow request")
        began = time.monotonic()
        supervisor.stop()
        assert 8 < time.monotonic() - began < 12
        with pytest.raises(requests.ConnectionError):
            answer.result(15)


@pytest.mark.parametrize("transport", ["websocket", "polling"])
def test_open_sockets_are_told_that_the_server_leaves(supervise, transport):
    supervisor = supervise()
    client, told, gone = socketio.Client(reconnection=False), threading.Event(), threading.Event()
    client.on("server.leaving", lambda _data: told.set())
    client.on("disconnect", lambda *_reason: gone.set())
    client.connect(supervisor.addresses[0], transports=[transport], wait_timeout=10)
    assert client.call("echo", {"number": 1}, timeout=10) == {"number": 1}
    supervisor.stop()
    assert told.wait(10)
    assert gone.wait(10)


def test_a_busy_port_is_one_sentence(settings):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", settings.port))
        taken.listen()
        with pytest.raises(CannotStart, match=f"Port {settings.port} is in use by another program.") as refused:
            Supervisor(settings).start()
    assert refused.value.exit_code == PORT_TAKEN


def test_a_home_that_is_missing_is_one_sentence(settings, tmp_path):
    with pytest.raises(CannotStart, match="There is no data folder") as refused:
        Supervisor(Settings(home=tmp_path / "nothing", port=settings.port)).start()
    assert refused.value.exit_code == CANNOT_START


def test_a_home_that_cannot_be_written_is_one_sentence(settings, tmp_path):
    file = tmp_path / "home"
    file.mkdir(mode=0o500)
    if os.geteuid() == 0:
        # Root writes anywhere; a read-only mount is what stops it.
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "ro", "none", str(file)], capture_output=True, check=False)
        if mounted.returncode:
            file.rmdir()
            file = Path("/proc/self")
    try:
        with pytest.raises(CannotStart, match="cannot be written") as refused:
            Supervisor(Settings(home=file, port=settings.port)).start()
        assert refused.value.exit_code == CANNOT_START
    finally:
        subprocess.run(["umount", str(file)], capture_output=True, check=False)


PARENT = """
    import sys
    from vtclinic.core.settings import load_settings
    from vtclinic.serve.supervisor import supervise, Supervisor
    from vtclinic.serve import supervisor
    from tests.serve.conftest import with_stub
    from pathlib import Path

    class Stubbed(Supervisor):
        def __init__(self, settings):
            super().__init__(settings)
            with_stub(self)

    supervisor.Supervisor = Stubbed
    supervise(load_settings(Path(sys.argv[1]), port=int(sys.argv[2]), async_mode=sys.argv[3]))
"""


@pytest.fixture
def parent(settings):
    """A whole instance under a supervisor process of its own, ready."""
    command = [sys.executable, "-c", textwrap.dedent(PARENT), str(settings.home), str(settings.port), settings.async_mode]
    process = subprocess.Popen(command, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == f"Ready: http://127.0.0.1:{settings.port}\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def children_of(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.mark.parametrize("wanted", [signal.SIGTERM, signal.SIGINT])
def test_one_signal_ends_the_whole_instance(parent, wanted):
    children = children_of(parent.pid)
    assert len(children) == 2
    parent.send_signal(wanted)
    assert parent.wait(15) == 0
    assert not any(is_alive(child) for child in children)


@pytest.mark.crash
def test_children_end_when_their_supervisor_is_killed(parent, settings):
    children = children_of(parent.pid)
    parent.kill()
    parent.wait()
    until(lambda: not any(is_alive(child) for child in children), seconds=15, what="the children's end")
    assert not accepts(settings.port)


def test_a_child_that_cannot_start_stops_the_supervisor(settings):
    supervisor = with_stub(Supervisor(settings))
    (settings.home / "settings.toml").write_text("unknown_key = 1\n")
    supervisor.start()
    try:
        with pytest.raises(CannotStart, match="could not start"):
            supervisor.wait_ready(20)
    finally:
        supervisor.stop()




def test_a_process_that_cannot_even_begin_stops_the_supervisor_soon(settings):
    supervisor = with_stub(Supervisor(settings))
    supervisor.children[0].command = [sys.executable, "-c", "raise SystemExit(1)"]
    supervisor.start()
    try:
        with pytest.raises(CannotStart, match="ended 3 times before it could serve"):
            supervisor.wait_ready(30)
    finally:
        supervisor.stop()
