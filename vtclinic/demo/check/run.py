"""Run the steps, say each with its time, and sum up."""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from socketio.exceptions import SocketIOError

from vtclinic.core.errors import ClinicError
from vtclinic.demo.check.house import CheckedHouse
from vtclinic.demo.check.problem import CheckFailed
from vtclinic.demo.check.steps import STEPS, Walk

FAILED = 6
LIMIT_SECONDS = 60.0


def run_check(*, keep: bool = False) -> int:
    """Walk the whole path against real servers in a temporary folder; return the exit code (0, or 6 when a step failed)."""
    folder = Path(tempfile.mkdtemp(prefix="vtclinic-check-"))
    screen = Console(width=None if sys.stdout.isatty() else 140, highlight=False, markup=False)
    house, began = CheckedHouse(folder), time.monotonic()
    try:
        done = _walk(Walk(house), screen)
    finally:
        house.stop()
        if keep:
            screen.print(f"Kept: {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)
    seconds = time.monotonic() - began
    screen.print(f"\n{done} of {len(STEPS)} steps in {seconds:.1f} s" + ("" if seconds <= LIMIT_SECONDS else f", slower than {LIMIT_SECONDS:.0f} s"))
    return 0 if done == len(STEPS) else FAILED


def _walk(walk: Walk, screen: Console) -> int:
    for number, (name, step) in enumerate(STEPS):
        began = time.monotonic()
        try:
            outcome = step(walk)
        except (CheckFailed, ClinicError, OSError, SocketIOError) as problem:
            screen.print(f"FAILED  {name}: {problem}")
            return number
        screen.print(f"{time.monotonic() - began:6.1f} s  {name}: {outcome}")
    return len(STEPS)
