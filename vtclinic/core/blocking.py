"""Where long computations go so that other people's requests do not wait for them (argon2 above all)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


def _here(work: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    return work(*args, **kwargs)


@dataclass
class _Wiring:
    run: Callable[..., Any] = _here


_wiring = _Wiring()


def set_runner(run: Callable[..., Any]) -> None:
    """Say how this process runs blocking work; the web process uses real threads."""
    _wiring.run = run


def run_blocking(work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run pure computation aside and return its result; `work` must touch neither the database nor the scope."""
    result: R = _wiring.run(work, *args, **kwargs)
    return result
