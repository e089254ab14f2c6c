"""Signals between this machine's processes when no Redis is there: a small SQLite file each web process looks into.

A signal holds a room, an event name, ids and numbers, never words; it is gone after a minute. What it announces is stored in the
clinic's database already, so a lost signal costs a moment, not a message.
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

KEEP_SECONDS = 60
LOOK_SECONDS = 0.3
_SCHEMA = "CREATE TABLE IF NOT EXISTS signal (id INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, origin TEXT NOT NULL, room TEXT NOT NULL, event TEXT NOT NULL, payload TEXT NOT NULL)"


class Bus:
    """One process's end of the shared file."""

    def __init__(self, home: Path) -> None:
        self._path = home / "live.db"
        self.origin = f"{os.getpid()}-{os.urandom(4).hex()}"
        self._lock = threading.Lock()
        self._connection = self._open()

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=0, check_same_thread=False, isolation_level=None)
        for statement in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=OFF", _SCHEMA):
            _retry(lambda statement=statement: connection.execute(statement))  # type: ignore[misc]
        return connection

    def send(self, room: str, event: str, payload: dict[str, Any]) -> None:
        """Leave a signal for the other processes."""
        now = time.time()
        with self._lock:
            _retry(lambda: self._connection.execute("INSERT INTO signal (at, origin, room, event, payload) VALUES (?, ?, ?, ?, ?)", (now, self.origin, room, event, json.dumps(payload))))
            _retry(lambda: self._connection.execute("DELETE FROM signal WHERE at < ?", (now - KEEP_SECONDS,)))

    def newest(self) -> int:
        """Return the id of the last signal there is."""
        with self._lock:
            return int(self._connection.execute("SELECT coalesce(max(id), 0) FROM signal").fetchone()[0])

    def since(self, last: int) -> list[tuple[int, str, str, dict[str, Any]]]:
        """Return other processes' signals after id `last`: (id, room, event, payload)."""
        with self._lock:
            rows = self._connection.execute("SELECT id, origin, room, event, payload FROM signal WHERE id > ? ORDER BY id", (last,)).fetchall()
        return [(row[0], row[2], row[3], json.loads(row[4])) for row in rows if row[1] != self.origin]

    def listen(self, emit: Callable[[str, str, dict[str, Any]], None], sleep: Callable[[float], None], running: Callable[[], bool]) -> None:
        """Pass other processes' signals on until `running` says no."""
        last = self.newest()
        while running():
            sleep(LOOK_SECONDS)
            for number, room, event, payload in self.since(last):
                last = max(last, number)
                emit(room, event, payload)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()


def _retry(step: Callable[[], Any]) -> None:
    until = time.monotonic() + 2
    while True:
        try:
            step()
            return
        except sqlite3.OperationalError:
            if time.monotonic() > until:
                raise
        time.sleep(0.005)
