"""The supervisor: one web process per port and one worker, started, watched, restarted with growing pauses, and stopped together."""

from __future__ import annotations

import dataclasses
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from vtclinic.core.settings import PREFIX, Settings
from vtclinic.serve.ports import CANNOT_START, PORT_TAKEN, CannotStart, answers, check_free, reachable

POLL_SECONDS = 0.05
STEADY_SECONDS = 60.0
LONGEST_PAUSE = 30.0
# A child bounds its own leaving at ten seconds; this is for one that hangs.
KILL_AFTER = 13.0
READY_SECONDS = 60.0
# Falls of one process before the instance was ever ready: then it is broken, not unlucky.
FIRST_FALLS = 3

log = logging.getLogger(__name__)


@dataclass
class Child:
    """One process that should always run."""

    name: str
    command: list[str]
    port: int = 0
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    falls: int = 0
    restart_at: float = 0.0

    def start(self, environment: dict[str, str]) -> None:
        """Start it in a process group of its own, so that Ctrl-C reaches the supervisor alone."""
        self.process = subprocess.Popen(self.command, env=environment, stdin=subprocess.DEVNULL, process_group=0)
        self.started = time.monotonic()

    def note_fall(self) -> float:
        """Plan the restart; return the pause in seconds: half a second, doubling while it keeps falling."""
        now = time.monotonic()
        self.falls = 1 if now - self.started > STEADY_SECONDS else self.falls + 1
        pause = min(0.5 * 2 ** (self.falls - 1), LONGEST_PAUSE)
        self.process, self.restart_at = None, now + pause
        return pause


class Supervisor:
    """Keeps an instance's processes running; `start`, then `watch` often, then `stop`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._environment = child_environment(settings)
        self._was_ready = False
        self.ports = tuple(range(settings.port, settings.port + settings.workers))
        self.children = [self._child("web", port) for port in self.ports] + [self._child("worker")]

    @property
    def addresses(self) -> tuple[str, ...]:
        """Where the web processes answer on this machine."""
        host = reachable(self._settings.bind)
        return tuple(f"http://{f'[{host}]' if ':' in host else host}:{port}" for port in self.ports)

    def _child(self, name: str, port: int = 0) -> Child:
        command = [sys.executable, "-m", f"vtclinic.serve.{name}", "--home", str(self._settings.home), "--parent", str(os.getpid())]
        return Child(f"{name}:{port}" if port else name, command + (["--port", str(port)] if port else []), port)

    def start(self) -> None:
        """Start every process; raise CannotStart before anything runs when it could not."""
        check_home(self._settings.home)
        for port in self.ports:
            check_free(self._settings.bind, port)
        for child in self.children:
            child.start(self._environment)

    def watch(self) -> None:
        """Restart what fell; raise CannotStart for a child that says starting again is useless."""
        for child in self.children:
            if child.process is None:
                if time.monotonic() >= child.restart_at:
                    child.start(self._environment)
                continue
            code = child.process.poll()
            if code is None:
                continue
            if code in (CANNOT_START, PORT_TAKEN) and child.falls == 0:
                raise CannotStart(f"The {child.name} process could not start; its reason stands above.", exit_code=code)
            log.warning("process ended", extra={"child": child.name, "code": code, "seconds": child.note_fall()})
            if not self._was_ready and child.falls >= FIRST_FALLS:
                raise CannotStart(f"The {child.name} process ended {FIRST_FALLS} times before it could serve.", hint="Its own lines above say why.")

    def is_ready(self) -> bool:
        """Whether every process runs and every web process says it can serve."""
        alive = all(child.process is not None and child.process.poll() is None for child in self.children)
        ready = alive and all(answers(self._settings.bind, port, "/readyz") for port in self.ports)
        self._was_ready = self._was_ready or ready
        return ready

    def wait_ready(self, seconds: float = READY_SECONDS) -> None:
        """Watch until ready; raise CannotStart when it takes too long."""
        deadline, pause = time.monotonic() + seconds, threading.Event()
        while not self.is_ready():
            self.watch()
            if time.monotonic() > deadline:
                raise CannotStart(f"vtclinic was not ready within {seconds:.0f} seconds.", hint="Look at the lines above, or run: vtclinic doctor")
            pause.wait(POLL_SECONDS)

    def stop(self) -> None:
        """Ask every process to leave, wait, and end the ones that hang."""
        running = [child.process for child in self.children if child.process is not None]
        for process in running:
            if process.poll() is None:
                process.terminate()
        deadline = time.monotonic() + KILL_AFTER
        for process in running:
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def child_environment(settings: Settings) -> dict[str, str]:
    """The parent's exact settings as variables: what was given on the command line reaches the children too."""
    chosen: dict[str, object] = {each.name: getattr(settings, each.name) for each in dataclasses.fields(settings) if each.name != "home"}
    told = {PREFIX + key.upper(): str(value).lower() if isinstance(value, bool) else str(value) for key, value in chosen.items()}
    # The children import this very copy of the package, wherever the supervisor was started.
    path = [str(Path(__file__).parents[2]), *filter(None, [os.environ.get("PYTHONPATH")])]
    # glibc gives each thread a heap of its own and keeps what was freed there; two are enough and save memory.
    return {"MALLOC_ARENA_MAX": "2"} | os.environ | told | {"PYTHONPATH": os.pathsep.join(path)}


def check_home(home: Path) -> None:
    """Raise CannotStart when the data folder cannot be used."""
    if not home.is_dir():
        raise CannotStart(f"There is no data folder at {home}.", hint="Make one with: vtclinic init")
    probe = home / f".write-{os.getpid()}"
    try:
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise CannotStart(f"The data folder {home} cannot be written: {error.strerror}.", hint="Give it to the user that runs vtclinic.") from error


def say_ready(addresses: tuple[str, ...]) -> None:
    """Print the line that people and scripts wait for."""
    sys.stdout.write(f"Ready: {' '.join(addresses)}\n")
    sys.stdout.flush()


def supervise(settings: Settings, *, on_ready: Callable[[tuple[str, ...]], None] = say_ready) -> None:
    """Serve until SIGTERM or SIGINT; raise CannotStart when that is not possible. Belongs in the main thread."""
    stop = threading.Event()
    before = {wanted: signal.signal(wanted, lambda *_: stop.set()) for wanted in (signal.SIGTERM, signal.SIGINT)}
    supervisor, announced = Supervisor(settings), False
    deadline = time.monotonic() + READY_SECONDS
    try:
        supervisor.start()
        while not stop.wait(POLL_SECONDS):
            supervisor.watch()
            if announced:
                continue
            if supervisor.is_ready():
                on_ready(supervisor.addresses)
                announced = True
            elif time.monotonic() > deadline:
                raise CannotStart(f"vtclinic was not ready within {READY_SECONDS:.0f} seconds.", hint="Look at the lines above, or run: vtclinic doctor")
    finally:
        supervisor.stop()
        for wanted, handler in before.items():
            signal.signal(wanted, handler)
