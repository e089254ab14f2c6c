"""Killing work at any point: a forked child ends without ceremony at its n-th call into our code."""

from __future__ import annotations

import os
import random
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import vtclinic
from vtclinic.core import jobs, uow

PACKAGE = str(Path(vtclinic.__file__).parent)
LEFT = 17


def killed_at(point: int, work: Callable[[], object]) -> bool:
    """Run `work` in a child that is killed at its `point`-th call into vtclinic; tell whether it was killed before its end."""
    return _child(work, stop_at=point) == -signal.SIGKILL


def count_calls(work: Callable[[], object]) -> int:
    """Count the calls into vtclinic that `work` makes, in a child of its own; its effects stay."""
    reading, writing = os.pipe()
    code = _child(work, tell=writing)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        text = pipe.read()
    assert code == LEFT, f"the work failed by itself ({code})"
    return int(text)


def some_points(calls: int, how_many: int, *, seed: int = 20260) -> list[int]:
    """Choose points spread over all calls, the last ones among them: that is where states change."""
    chosen = random.Random(seed).sample(range(1, calls), min(how_many, calls - 1))
    return sorted({*chosen, calls - 3, calls - 40} & set(range(1, calls)))


def _child(work: Callable[[], object], *, stop_at: int = 0, tell: int = -1) -> int:
    uow.engines().dispose()  # a connection must not be shared with a child
    jobs.close()
    child = os.fork()
    if child == 0:
        _run(work, stop_at, tell)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _run(work: Callable[[], object], stop_at: int, tell: int) -> None:
    calls = 0

    def watch(frame: FrameType, event: str, _argument: object) -> None:
        nonlocal calls
        if event == "call" and frame.f_code.co_filename.startswith(PACKAGE):
            calls += 1
            if calls == stop_at:
                os.kill(os.getpid(), signal.SIGKILL)

    code = 1
    try:
        sys.setprofile(watch)
        work()
        code = LEFT
        if tell >= 0:
            os.write(tell, str(calls).encode())
    except BaseException as error:
        os.write(2, f"{type(error).__name__}: {error}\n".encode())
    finally:
        os._exit(code)
