"""A peer beside ours: pretix, from its package, in an environment of its own below the user's cache folder; never a dependency."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

NAME, VERSION = "pretix", "2026.8.0"
DRIVER = Path(__file__).with_name("_peer_pretix.py")
INSTALL_SECONDS, ANSWER_SECONDS = 900, 900
DOES = (
    "a place in a cart, then an order of it with position, payment, log and a queued letter, in two steps and a transaction each; "
    "no hours, licences, consent, claims of both people's time, reminders or calendar file, which ours has in one transaction"
)


class NoPeer(Exception):
    """The peer cannot be measured here; the message says why, in plain words."""


@dataclass(frozen=True)
class Race:
    """How one contention went: what became of everybody, in wall and CPU seconds; `twice` counts slots with more than one booking."""

    ends: Counter[str]
    seconds: float
    cpu: float
    twice: int = 0

    @property
    def told_otherwise(self) -> int:
        """Return how many were told anything but taken, and did not win."""
        return self.ends.total() - self.ends["booked"] - self.ends["taken"]

    @property
    def bookings(self) -> float:
        """Return bookings a second."""
        return self.ends["booked"] / self.seconds

    @property
    def answers(self) -> float:
        """Return answers a second, whether won or lost."""
        return self.ends.total() / self.seconds

    @property
    def cpu_answers(self) -> float:
        """Return answers a CPU second of the process, without the database's."""
        return self.ends.total() / self.cpu


def cache_folder() -> Path:
    """Return where the peer is kept between runs."""
    caches = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(caches) / "vtclinic-bench" / f"{NAME}-{VERSION}"


def install() -> Path:
    """Return the interpreter of an environment that has the peer, making it when there is none; raise NoPeer when it cannot be had."""
    folder = cache_folder()
    python, whole = folder / "bin" / "python", folder / "installed"
    if whole.exists():
        return python
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        _run([sys.executable, "-m", "venv", "--clear", str(folder)])
        _run([*_installer(python), f"{NAME}=={VERSION}"])
        whole.touch()
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NoPeer(f"not measured: {NAME} could not be installed ({error})") from error
    return python


def _installer(python: Path) -> list[str]:
    uv = shutil.which("uv", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]))
    if uv:
        return [uv, "pip", "install", "--quiet", "--system-certs", "--python", str(python)]
    return [str(python), "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False, env=_environment())
    if done.returncode:
        raise NoPeer(f"not measured: {NAME} could not be installed ({last_line(done.stderr)})")


def last_line(printed: str) -> str:
    """Return the last line that says something."""
    return next((line.strip() for line in reversed(printed.splitlines()) if line.strip()), "nothing was said")


def _environment(**more: str) -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "VIRTUAL_ENV", "PRETIX_", "DJANGO_"))} | more


@dataclass
class Peer:
    """The running peer: one contention at a time."""

    process: subprocess.Popen[str]
    log: Path
    version: str = ""

    def contend(self, bookers: int, slots: int, at_once: int) -> Race:
        """Let this many of its people book these many new slots."""
        assert self.process.stdin is not None
        with suppress(BrokenPipeError):  # it has ended; the answer says why
            print(json.dumps({"bookers": bookers, "slots": slots, "at_once": at_once}), file=self.process.stdin, flush=True)
        return race_of(self.answer())

    def answer(self) -> dict[str, Any]:
        """Return the next line it prints; raise NoPeer when it has ended."""
        assert self.process.stdout is not None
        watch = threading.Timer(ANSWER_SECONDS, self.process.kill)
        watch.start()
        try:
            line = self.process.stdout.readline()
        finally:
            watch.cancel()
        if not line:
            raise NoPeer(f"not measured: {NAME} ended early ({last_line(self.log.read_text(errors='replace'))})")
        found: dict[str, Any] = json.loads(line)
        return found


def race_of(answer: dict[str, Any]) -> Race:
    """Read one answer of the driver."""
    return Race(Counter(answer["ends"]), answer["seconds"], answer["cpu"], answer["twice"])


@contextmanager
def peer(python: Path, socket: Path, database: str) -> Iterator[Peer]:
    """Run the peer on an empty database of this PostgreSQL server for the time of the block."""
    home = Path(tempfile.mkdtemp(prefix="vt-peer-"))
    environment = _environment(
        DJANGO_SETTINGS_MODULE="pretix.settings", DATA_DIR=str(home), HOME=str(home),
        PRETIX_DATABASE_BACKEND="postgresql", PRETIX_DATABASE_NAME=database, PRETIX_DATABASE_USER="postgres", PRETIX_DATABASE_HOST=str(socket),
        # Letters wait for its worker, as ours do; without a broker it would send them while people wait.
        PRETIX_CELERY_BROKER="memory://", PRETIX_CELERY_BACKEND="cache+memory://",
    )
    try:
        with (home / "log").open("w") as log:
            command = [str(python), "-I", str(DRIVER)]
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True, env=environment, cwd=home)
        try:
            running = Peer(process, home / "log")
            running.version = running.answer()["version"]
            yield running
        finally:
            process.kill()
            process.communicate()
    finally:
        shutil.rmtree(home, ignore_errors=True)
