#!/usr/bin/env python3
"""Start vtclinic from a checkout: make .venv from the hashed lock, then hand over to vtclinic.cli."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - the one file that an older Python may be asked to run
    sys.exit(f"vtclinic needs Python 3.11 or newer, and this is Python {sys.version_info[0]}.{sys.version_info[1]}.")

import contextlib
import errno
import fcntl
import hashlib
import importlib.util
import json
import os
import selectors
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "vtclinic-setup.json"
RUN_LOCK = ROOT / "requirements.lock"
TEST_LOCK = ROOT / "requirements-dev.lock"
SETUP_LOCK = ROOT / "requirements-setup.lock"

# Debian package: the programs of which one must be there.
TEST_PROGRAMS = {
    "chromium": ("chromium", "chromium-browser", "google-chrome"),
    "postgresql": ("initdb",),
    "redis-server": ("redis-server", "valkey-server"),
}
PROGRAM_FOLDERS = ("usr/sbin", "sbin", "usr/lib/postgresql/*/bin")
QUIET_SECONDS = 2.0
UV_LIMIT = 600.0
Fraction = Callable[[str], float | None]


class SetupFailed(Exception):
    """The set-up cannot go on; the message is one sentence for the person at the terminal."""


class Bar:
    """One line on stderr that appears when a step lasts over two seconds."""

    def __init__(self, label: str) -> None:
        self.label = label
        self.fraction = 0.0
        self.began = time.monotonic()
        self.drawn = False
        self.live = sys.stderr.isatty()

    def draw(self) -> None:
        elapsed = time.monotonic() - self.began
        if elapsed < QUIET_SECONDS:
            return
        if self.live:
            done = round(self.fraction * 24)
            line = f"{self.label}  {'█' * done}{'░' * (24 - done)} {self.fraction:4.0%}  {elapsed:.0f} s"
            print(f"\r\033[K{line}", end="", file=sys.stderr, flush=True)
        elif not self.drawn:
            print(f"{self.label} …", file=sys.stderr, flush=True)
        self.drawn = True

    def close(self, outcome: str) -> None:
        if self.drawn:
            start = "\r\033[K" if self.live else ""
            print(f"{start}{self.label}: {outcome} ({time.monotonic() - self.began:.0f} s)", file=sys.stderr, flush=True)


def run_step(label: str, command: list[str], *, fraction: Fraction, limit: float = 3600.0, **more: object) -> tuple[int, str]:
    """Run a command behind a progress bar; return its exit code and what it printed."""
    bar = Bar(label)
    printed: list[str] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, **more) as process:
        try:
            for line in lines_of(process, bar, limit):
                printed.append(line)
                bar.fraction = max(bar.fraction, fraction(line) or 0.0)
            code = process.wait()
        except BaseException:
            process.terminate()
            bar.close("stopped")
            raise
    bar.close("done" if code == 0 else "failed")
    return code, "\n".join(printed)


def lines_of(process: subprocess.Popen[bytes], bar: Bar, limit: float) -> Iterator[str]:
    """Yield the process's lines as they come, redrawing the bar meanwhile."""
    waiting, rest = selectors.DefaultSelector(), b""
    waiting.register(process.stdout, selectors.EVENT_READ)
    while time.monotonic() - bar.began < limit:
        bar.draw()
        if not waiting.select(0.1):
            continue
        chunk = os.read(process.stdout.fileno(), 65536)
        *whole, rest = (rest + chunk).split(b"\n")
        if not chunk:
            whole.append(rest)
        yield from (line.decode(errors="replace").rstrip() for line in whole if line.strip())
        if not chunk:
            return
    process.kill()
    yield f"no end after {limit:.0f} seconds"


# ---- the environment in .venv


def digest(lock: Path) -> str:
    return hashlib.sha256(lock.read_bytes()).hexdigest()


def is_ready(lock: Path) -> bool:
    """Whether .venv was finished from this very lock."""
    try:
        stamp = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return False
    return isinstance(stamp, dict) and stamp.get(lock.name) == digest(lock) and PYTHON.exists()


def prepare(lock: Path) -> None:
    """Bring .venv to what the lock says; cheap when it is there already."""
    if is_ready(lock):
        return
    if not os.access(VENV if VENV.is_dir() else ROOT, os.W_OK):
        raise PermissionError(errno.EACCES, "not writable")
    with only_one_setup():
        if is_ready(lock):
            return
        if STAMP.exists() and PYTHON.exists():
            STAMP.unlink()
        else:
            make_venv()
        install(lock)
        # The test lock holds everything of the run lock, so it satisfies both.
        satisfied = (RUN_LOCK, TEST_LOCK) if lock == TEST_LOCK else (lock,)
        fresh = STAMP.with_suffix(".new")
        fresh.write_text(json.dumps({each.name: digest(each) for each in satisfied}))
        fresh.replace(STAMP)


@contextlib.contextmanager
def only_one_setup() -> Iterator[None]:
    """Hold the checkout's folder itself as the lock: nothing is left behind when a start is killed."""
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Another start is setting up; waiting for it.", file=sys.stderr, flush=True)
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def make_venv() -> None:
    """Make .venv anew; a half-made one is thrown away."""
    if VENV.is_symlink():
        VENV.unlink()
    elif VENV.exists():
        shutil.rmtree(VENV)
    if importlib.util.find_spec("ensurepip") is None:
        get_venv_support()
    code, printed = run_step("Making .venv", [sys.executable, "-m", "venv", str(VENV)], fraction=lambda line: None)
    if code:
        raise failure("Python could not make .venv", printed)


def get_venv_support() -> None:
    """Install what Debian leaves out of its Python, or say the one line that does."""
    package = "python3-venv" if Path(sys.executable).parent == Path("/usr/bin") else f"python3.{sys.version_info[1]}-venv"
    if not can_apt():
        raise SetupFailed(f"This Python cannot make virtual environments yet. Run once: sudo apt-get install -y {package}")
    apt_install([package])


def install(lock: Path) -> None:
    """Install the lock with uv where pip can fetch it quickly, else with pip itself."""
    wanted = lock.read_text().count("==")
    label = f"Installing {wanted} packages"
    arguments = ["install", "--require-hashes", "-r", str(lock)]
    if get_uv():
        uv = [str(VENV / "bin" / "uv"), "pip", *arguments, "--python", str(PYTHON), "--system-certs", "--compile-bytecode"]
        code, _ = run_step(label, uv, fraction=uv_fraction, limit=UV_LIMIT, env={**os.environ, "UV_HTTP_RETRIES": "1"})
        if code == 0:
            return
        print("uv did not finish; going on with pip.", file=sys.stderr)
    command = [str(PYTHON), "-m", "pip", *arguments, "--no-input", "--disable-pip-version-check"]
    code, printed = run_step(label, command, fraction=PipFraction(wanted))
    if code:
        raise failure("The packages could not be installed", printed)


def get_uv() -> bool:
    command = [str(PYTHON), "-m", "pip", "install", "--require-hashes", "-r", str(SETUP_LOCK), "--only-binary", ":all:"]
    command += ["--no-input", "--disable-pip-version-check", "--timeout", "15", "--retries", "1"]
    code, _ = run_step("Fetching the installer", command, fraction=lambda line: None, limit=60)
    return code == 0 and (VENV / "bin" / "uv").exists()


def uv_fraction(line: str) -> float | None:
    for word, fraction in (("Resolved", 0.1), ("Prepared", 0.6), ("Installed", 0.8), ("Bytecode", 1.0)):
        if line.startswith(word):
            return fraction
    return None


class PipFraction:
    """How far pip is: it names every package once while collecting, then installs all together."""

    def __init__(self, wanted: int) -> None:
        self.wanted, self.seen = wanted, 0

    def __call__(self, line: str) -> float:
        self.seen += line.startswith(("Collecting ", "Requirement already satisfied"))
        return 0.9 if line.startswith("Installing collected") else 0.85 * min(1.0, self.seen / self.wanted)


def failure(sentence: str, printed: str) -> SetupFailed:
    """Name the cause where the output shows one, and keep the whole output in a file."""
    if "No space left on device" in printed:
        return SetupFailed("The disk is full: free about 500 MB and start again; the next start goes on from here.")
    handle, path = tempfile.mkstemp(prefix="vtclinic-setup-", suffix=".log")
    with os.fdopen(handle, "w") as file:
        file.write(printed + "\n")
    last = next((line for line in reversed(printed.splitlines()) if line.strip()), "nothing was printed")
    return SetupFailed(f"{sentence}: {last.strip()}\nThe whole output is in {path}.")


# ---- system packages


def can_apt() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def apt_install(packages: list[str]) -> None:
    """Install Debian packages; refreshes the package lists when they are empty or too old."""
    action = ["install", "-y", "--no-install-recommends", *packages]
    label = f"Installing {', '.join(packages)}"
    if not any(Path("/var/lib/apt/lists").glob("*Packages*")):
        apt("Reading the package lists", ["update"])
    code, printed = apt(label, action)
    if code:
        apt("Reading the package lists", ["update"])
        code, printed = apt(label, action)
    if code:
        raise failure(f"apt-get could not install {' '.join(packages)}", printed)


def apt(label: str, action: list[str]) -> tuple[int, str]:
    # Status-Fd 1: apt writes its progress as lines among the output, which is read by us only.
    command = ["apt-get", "-o", "DPkg::Lock::Timeout=300", "-o", "APT::Status-Fd=1", *action]
    return run_step(label, command, fraction=apt_fraction, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})


def apt_fraction(line: str) -> float | None:
    kind, *fields = line.split(":")
    if kind not in ("dlstatus", "pmstatus") or len(fields) < 2:
        return None
    with contextlib.suppress(ValueError):
        return float(fields[1]) / 200 + (0.5 if kind == "pmstatus" else 0.0)
    return None


def find_program(names: tuple[str, ...]) -> str | None:
    """The path of the first program found, also in folders that PATH leaves out."""
    folders = [str(found) for pattern in PROGRAM_FOLDERS for found in sorted(Path("/").glob(pattern), reverse=True)]
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), *folders])
    return next((found for name in names if (found := shutil.which(name, path=path))), None)


def missing_packages() -> list[str]:
    return [package for package, names in TEST_PROGRAMS.items() if find_program(names) is None]


def get_test_programs() -> None:
    """Have the browser and the servers that tests drive; under CI a missing one is a failure."""
    missing = missing_packages()
    if missing and can_apt():
        try:
            apt_install(missing)
        except SetupFailed as error:
            if os.environ.get("CI"):
                raise
            print(error, file=sys.stderr)
    if missing := missing_packages():
        line = f"Not installed: {', '.join(missing)}. Install with: sudo apt-get install -y {' '.join(missing)}"
        if os.environ.get("CI"):
            raise SetupFailed(line)
        print(f"{line}\nThe tests that need them are skipped.", file=sys.stderr)


# ---- handing over


def hand_over(arguments: list[str]) -> None:
    """Become the environment's Python; never returns."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONSAFEPATH": "1"}
    # Where it is set, every process would compile the whole product at each start: seconds instead of one.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.stdout.flush()
    sys.stderr.flush()
    os.execve(PYTHON, [str(PYTHON), *arguments], environment)


def test_arguments(given: list[str]) -> list[str]:
    """pytest's arguments: two workers unless the caller chose, one when a debugger is wanted."""
    alone = any(argument in ("--pdb", "--trace") or argument.startswith(("-n", "--numprocesses")) for argument in given)
    return given if alone else ["-n", "2", *given]


def start(arguments: list[str]) -> None:
    if arguments[:1] == ["test"]:
        prepare(TEST_LOCK)
        get_test_programs()
        os.chdir(ROOT)
        hand_over(["-m", "pytest", *test_arguments(arguments[1:])])
    prepare(RUN_LOCK)
    hand_over(["-m", "vtclinic.cli", *arguments])


def explain(error: OSError) -> str:
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return f"{ROOT} cannot be written by this user: copy the checkout to a folder of your own and start again."
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "The disk is full: free about 500 MB and start again; the next start goes on from here."
    return f"The set-up stopped: {error}."


def main() -> int:
    try:
        start(sys.argv[1:])
    except SetupFailed as error:
        print(error, file=sys.stderr)
    except OSError as error:
        print(explain(error), file=sys.stderr)
    except KeyboardInterrupt:
        print("\nStopped. The next start goes on from here.", file=sys.stderr)
        return 130
    return 1


if __name__ == "__main__":
    sys.exit(main())
