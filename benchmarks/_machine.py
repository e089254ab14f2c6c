"""CPU seconds and memory of a process, from /proc; and a loopback client with many connections."""

from __future__ import annotations

import http.client
import os
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int) -> float:
    """Return user and system time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def resident_mb(pid: int) -> float:
    """Return a process's own memory in MB: proportional set size, so that shared pages count once."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    raise ValueError("no Pss line")


@dataclass(frozen=True)
class Ask:
    """One request: where, as which host, with which cookie."""

    path: str
    host: str
    cookie: str = ""
    body: bytes | None = None
    kind: str = "application/x-www-form-urlencoded"


@dataclass
class Load:
    """Many connections that ask in turn until a number of requests is done."""

    port: int
    connections: int = 32
    seconds: list[float] = field(default_factory=list)
    wrong: list[int] = field(default_factory=list)

    def run(self, asks: Sequence[Ask], total: int) -> None:
        """Send `total` requests, taking `asks` in turn; times and unexpected statuses are collected."""
        numbers = iter(range(total))
        lock = threading.Lock()
        threads = [threading.Thread(target=self._work, args=(asks, numbers, lock)) for _ in range(self.connections)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _work(self, asks: Sequence[Ask], numbers: object, lock: threading.Lock) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        while True:
            with lock:
                number = next(numbers, None)  # type: ignore[call-overload]
            if number is None:
                connection.close()
                return
            self._one(connection, asks[number % len(asks)])

    def _one(self, connection: http.client.HTTPConnection, ask: Ask) -> None:
        headers = {"Host": ask.host, "Accept": "text/html", "Cookie": ask.cookie}
        if ask.body is not None:
            headers["Content-Type"] = ask.kind
        began = time.perf_counter()
        connection.request("GET" if ask.body is None else "POST", ask.path, body=ask.body, headers=headers)
        answer = connection.getresponse()
        answer.read()
        self.seconds.append(time.perf_counter() - began)
        if answer.status != 200:
            self.wrong.append(answer.status)


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which `share` of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
