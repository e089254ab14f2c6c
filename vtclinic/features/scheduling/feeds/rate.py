"""How often one calendar program, or one place, may ask. Counted in this process's memory: it protects the server, no secret."""

from __future__ import annotations

import threading
from collections import OrderedDict

from vtclinic.core import clock

KEPT = 10_000


class Rate:
    """So many in so many seconds for each key; the keys seen longest ago are forgotten first."""

    def __init__(self, most: int, seconds: int) -> None:
        self._most, self._seconds = most, seconds
        self._seen: OrderedDict[str, tuple[float, int]] = OrderedDict()
        self._lock = threading.Lock()

    def wait(self, key: str) -> int:
        """Count one; return 0, or for how many seconds to stay away."""
        now = clock.monotonic()
        with self._lock:
            began, count = self._seen.pop(key, (now, 0))
            if now - began >= self._seconds:
                began, count = now, 0
            self._seen[key] = began, count + 1
            while len(self._seen) > KEPT:
                self._seen.popitem(last=False)
        return 0 if count < self._most else max(1, int(self._seconds - (now - began)) + 1)
