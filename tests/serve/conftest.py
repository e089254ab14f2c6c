"""A supervisor over the stand-in application, in each of the two green-thread libraries."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from vtclinic.core.settings import Settings
from vtclinic.serve import ports, runtime
from vtclinic.serve.supervisor import Supervisor

STUB = Path(__file__).with_name("stub.py")
ROOT = Path(__file__).parents[2]


@pytest.fixture(params=runtime.MODES)
def settings(request, tmp_path: Path) -> Settings:
    """Settings on a free port."""
    return Settings(home=tmp_path, env="test", port=ports.free_port(), async_mode=request.param)


def with_stub(supervisor: Supervisor) -> Supervisor:
    """Let the supervisor's children run the stand-in application."""
    for child in supervisor.children:
        kind = child.name.partition(":")[0]
        child.command = [sys.executable, str(STUB), kind, *child.command[3:]]
    return supervisor


@pytest.fixture
def supervise(settings: Settings) -> Iterator[Callable[..., Supervisor]]:
    """Start an instance and wait until it is ready: `supervise(workers=2)`."""
    started: list[Supervisor] = []

    def make(**changes: object) -> Supervisor:
        supervisor = with_stub(Supervisor(dataclasses.replace(settings, **changes)))
        started.append(supervisor)
        supervisor.start()
        supervisor.wait_ready(30)
        return supervisor

    yield make
    for supervisor in started:
        supervisor.stop()
