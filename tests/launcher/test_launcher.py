"""The launcher: set-up that heals itself, starts that do not set up again, and one sentence for each thing that can be wrong."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
from pathlib import Path

import pytest

import cli
from tests.system import until

ROOT = Path(cli.__file__).parent


def small_lock() -> str:
    """One small package of the real lock, with its hashes."""
    blocks = (ROOT / "requirements.lock").read_text().split("\n")
    begin = next(number for number, line in enumerate(blocks) if line.startswith("blinker=="))
    end = next(number for number in range(begin + 1, len(blocks)) if not blocks[number].startswith(" "))
    return "\n".join(blocks[begin:end]) + "\n"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with the real launcher and a product that says how it was started."""
    folder = tmp_path / "checkout"
    (folder / "vtclinic" / "cli").mkdir(parents=True)
    shutil.copy(ROOT / "cli.py", folder)
    shutil.copy(ROOT / "requirements-setup.lock", folder)
    for lock in ("requirements.lock", "requirements-dev.lock"):
        (folder / lock).write_text(small_lock())
    (folder / "vtclinic" / "__init__.py").touch()
    (folder / "vtclinic" / "cli" / "__init__.py").touch()
    (folder / "vtclinic" / "cli" / "__main__.py").write_text(
        "import json, os, sys, blinker\nprint(json.dumps([sys.argv[1:], sys.prefix, os.environ['PYTHONPATH']]))\nsys.exit(7 if 'fail' in sys.argv else 0)\n"
    )
    return folder


@pytest.fixture
def ready(checkout: Path) -> Path:
    """A checkout whose set-up looks finished, made without installing anything."""
    python = checkout / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.symlink_to(sys.executable)
    stamp = {lock: cli.digest(checkout / lock) for lock in ("requirements.lock", "requirements-dev.lock")}
    (checkout / ".venv" / cli.STAMP.name).write_text(json.dumps(stamp))
    return checkout


def start(folder: Path, *arguments: str, **more: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "cli.py", *arguments], cwd=folder, capture_output=True, text=True, timeout=200, check=False, **more)


def test_first_start_sets_up_a_second_hands_over_at_once_and_a_changed_lock_installs_again(checkout):
    first = start(checkout, "serve", "--port", "1")
    assert first.returncode == 0, first.stderr
    arguments, prefix, path = json.loads(first.stdout)
    assert arguments == ["serve", "--port", "1"]
    assert (prefix, path) == (str(checkout / ".venv"), str(checkout))
    began = time.monotonic()
    second = start(checkout, "fail")
    assert time.monotonic() - began < 3
    assert (second.returncode, second.stderr) == (7, "")
    (checkout / "requirements.lock").write_text("# another\n" + small_lock())
    marker = checkout / ".venv" / "marker"
    marker.touch()
    assert start(checkout, "serve").returncode == 0
    assert marker.exists()
    assert cli.digest(checkout / "requirements.lock") in (checkout / ".venv" / cli.STAMP.name).read_text()


@pytest.mark.crash
def test_a_set_up_killed_half_way_is_made_anew(checkout):
    process = subprocess.Popen([sys.executable, "cli.py", "serve"], cwd=checkout, stderr=subprocess.DEVNULL, start_new_session=True)
    until((checkout / ".venv" / "bin").exists, what="a half-made .venv")
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    (checkout / ".venv" / "left-over").touch()
    again = start(checkout, "serve")
    assert again.returncode == 0, again.stderr
    assert not (checkout / ".venv" / "left-over").exists()


def test_a_second_start_waits_for_the_first_ones_set_up(ready):
    (ready / ".venv" / cli.STAMP.name).rename(ready / "stamp")
    holder = "import fcntl, os, sys; f = os.open('.', os.O_RDONLY); fcntl.flock(f, fcntl.LOCK_EX); print('held', flush=True); sys.stdin.read()"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", holder], cwd=ready, text=True, **pipes) as first:
        assert first.stdout.readline() == "held\n"
        with subprocess.Popen([sys.executable, "cli.py", "serve"], cwd=ready, text=True, **pipes) as second:
            assert second.stderr.readline() == "Another start is setting up; waiting for it.\n"
            (ready / "stamp").rename(ready / ".venv" / cli.STAMP.name)
            first.communicate()
            second.communicate(timeout=30)
    assert (ready / ".venv" / "bin" / "python").is_symlink()


def test_a_package_that_does_not_match_its_hash_is_refused(checkout):
    (checkout / "requirements.lock").write_text(f"blinker==1.9.0 \\\n    --hash=sha256:{'0' * 64}\n")
    (checkout / "requirements-setup.lock").write_text("")
    refused = start(checkout, "serve")
    assert refused.returncode == 1
    assert "The packages could not be installed" in refused.stderr
    assert not (checkout / ".venv" / cli.STAMP.name).exists()


def test_an_old_python_is_told_in_one_sentence(checkout):
    code = "import sys; sys.version_info = (3, 9, 2); exec(compile(open('cli.py').read(), 'cli.py', 'exec'))"
    old = subprocess.run([sys.executable, "-c", code], cwd=checkout, capture_output=True, text=True, check=False)
    assert (old.returncode, old.stderr) == (1, "vtclinic needs Python 3.11 or newer, and this is Python 3.9.\n")


@pytest.mark.parametrize(("number", "words"), [(errno.EROFS, "cannot be written"), (errno.EACCES, "cannot be written"), (errno.ENOSPC, "disk is full")])
def test_a_folder_or_disk_that_refuses_is_told_in_one_sentence(number, words):
    sentence = cli.explain(OSError(number, "x"))
    assert words in sentence
    assert sentence.count("\n") == 0


def test_a_full_disk_during_installation_is_told_in_one_sentence():
    assert str(cli.failure("x", "ERROR: [Errno 28] No space left on device")).startswith("The disk is full")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_a_checkout_of_somebody_else_is_told_in_one_sentence(checkout):
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o755)
        shutil.copytree(checkout, Path(place) / "checkout")
        command = ["runuser", "-u", "nobody", "--", "/usr/bin/python3", "cli.py", "serve"]
        refused = subprocess.run(command, cwd=Path(place) / "checkout", capture_output=True, text=True, check=False)
    assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
    assert "cannot be written by this user" in refused.stderr


def test_without_venv_support_and_without_root_the_one_line_is_printed(monkeypatch):
    monkeypatch.setattr(cli, "can_apt", lambda: False)
    monkeypatch.setattr(sys, "executable", "/usr/bin/python3")
    with pytest.raises(cli.SetupFailed, match=r"sudo apt-get install -y python3-venv$"):
        cli.get_venv_support()


def test_missing_programs_fail_under_ci_and_are_named_elsewhere(monkeypatch, capsys):
    monkeypatch.setattr(cli, "can_apt", lambda: False)
    monkeypatch.setattr(cli, "missing_packages", lambda: ["chromium", "redis-server"])
    monkeypatch.delenv("CI", raising=False)
    cli.get_test_programs()
    assert "sudo apt-get install -y chromium redis-server\n" in capsys.readouterr().err
    monkeypatch.setenv("CI", "true")
    with pytest.raises(cli.SetupFailed, match="apt-get install -y chromium redis-server"):
        cli.get_test_programs()


def test_programs_outside_path_are_found(monkeypatch, tmp_path):
    hidden = tmp_path / "usr" / "sbin"
    hidden.mkdir(parents=True)
    (hidden / "initdb").write_text("#!/bin/sh\n")
    (hidden / "initdb").chmod(0o755)
    monkeypatch.setattr(cli, "PROGRAM_FOLDERS", (str(hidden).lstrip("/"),))
    monkeypatch.setenv("PATH", "/nonexistent")
    assert cli.find_program(("pg_nothing", "initdb")) == str(hidden / "initdb")
    assert cli.find_program(("pg_nothing",)) is None


@pytest.mark.parametrize(
    ("given", "wanted"),
    [([], ["-n", "2"]), (["tests/core"], ["-n", "2", "tests/core"]), (["-n", "0"], ["-n", "0"]), (["-n4"], ["-n4"]), (["--pdb"], ["--pdb"])],
)
def test_tests_run_on_two_workers_unless_said_otherwise(given, wanted):
    assert cli.test_arguments(given) == wanted


def test_progress_is_read_from_the_installers_own_words():
    assert [cli.apt_fraction(line) for line in ("dlstatus:1:50.0:Getting", "pmstatus:redis:50.0:Unpacking", "Reading", "pmstatus:x")] == [0.25, 0.75, None, None]
    pip = cli.PipFraction(2)
    assert [round(pip(line), 2) for line in ("Collecting a", "Collecting b", "Installing collected packages: a, b")] == [0.42, 0.85, 0.9]
    assert cli.uv_fraction("Prepared 66 packages in 4s") == 0.6


def test_a_quick_step_shows_no_bar_and_a_slow_one_says_what_it_does(monkeypatch, capsys):
    code, printed = cli.run_step("Quick", [sys.executable, "-c", "print('said')"], fraction=lambda line: None)
    assert (code, printed, capsys.readouterr().err) == (0, "said", "")
    monkeypatch.setattr(cli, "QUIET_SECONDS", 0.0)
    cli.run_step("Slow", [sys.executable, "-c", "pass"], fraction=lambda line: 0.5)
    assert capsys.readouterr().err.startswith("Slow …\nSlow: done")


def test_a_step_that_hangs_is_ended():
    code, printed = cli.run_step("Hung", [sys.executable, "-c", "import time; time.sleep(60)"], fraction=lambda line: None, limit=0.5)
    assert code != 0
    assert "no end after" in printed


def test_the_launcher_needs_the_standard_library_alone():
    code = textwrap.dedent("""
        import sys
        import cli
        outside = {name.partition(".")[0] for name in sys.modules} - set(sys.stdlib_module_names) - {"cli", "__main__"}
        print(sorted(name for name in outside if not name.startswith(("_", "sitecustomize", "usercustomize"))))
    """)
    done = subprocess.run([sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{code}"], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_ci_runs_the_command_that_people_run():
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert "python3 cli.py test" in script.read_text()
