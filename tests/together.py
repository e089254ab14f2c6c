"""Several works at the same moment, each in a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any


def at_once(works: Sequence[Callable[[], Any]], *, told: type[Exception] | tuple[type[Exception], ...] = ()) -> list[Any]:
    """Start all works together; return in their order what each gave, or the error of a kind `told`. Any other error is the test's."""
    ready = threading.Barrier(len(works))

    def run(work: Callable[[], Any]) -> Any:
        ready.wait(10)
        try:
            return work()
        except told as error:
            return error

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works, timeout=60))
