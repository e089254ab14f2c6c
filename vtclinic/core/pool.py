"""A pool of database connections that serves who has waited longest."""

from __future__ import annotations

import threading
from collections import deque

from sqlalchemy.pool import ConnectionPoolEntry, QueuePool
from sqlalchemy.util.queue import Empty, Queue


class _Line(Queue[ConnectionPoolEntry]):
    def __init__(self, maxsize: int = 0, use_lifo: bool = False) -> None:
        super().__init__(maxsize, use_lifo)
        self._waiting: deque[threading.Condition] = deque()

    def get(self, block: bool = True, timeout: float | None = None) -> ConnectionPoolEntry:
        place = threading.Condition(self.mutex)
        with place:
            self._waiting.append(place)
            try:
                if not place.wait_for(lambda: self._waiting[0] is place and not self._empty(), timeout if block else 0):
                    raise Empty
                return super().get(block=False)
            finally:
                self._waiting.remove(place)
                self._call_next()

    def put(self, item: ConnectionPoolEntry, block: bool = True, timeout: float | None = None) -> None:
        with self.mutex:
            super().put(item, block, timeout)
            self._call_next()

    def _call_next(self) -> None:
        if self._waiting and not self._empty():
            self._waiting[0].notify()


class PoolInTurn(QueuePool):
    """SQLAlchemy's pool, but nobody who comes later is served first.

    Its own gives a connection that comes back to whoever asks in that moment, mostly the thread that brought it: in a crowd some waited until their time was up.
    """

    _queue_class = _Line
