"""The one place that asks what time it is."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from pathlib import Path

_moment: ContextVar[datetime | None] = ContextVar("moment", default=None)


class TestClock:
    """How far the clock of a made-up installation is ahead: seconds in a file that all its processes read."""

    __test__ = False

    def __init__(self, file: Path) -> None:
        self.file = file
        self._read_at = -1
        self._ahead = timedelta()

    @property
    def ahead(self) -> timedelta:
        """Return how far it is ahead now; zero without a file."""
        try:
            changed = self.file.stat().st_mtime_ns
        except FileNotFoundError:
            return timedelta()
        if changed != self._read_at:
            self._read_at, self._ahead = changed, timedelta(seconds=float(self.file.read_text(encoding="ascii")))
        return self._ahead

    def advance(self, by: timedelta) -> None:
        """Let time pass for every process at once."""
        part = self.file.with_suffix(".part")
        part.write_text(str((self.ahead + by).total_seconds()), encoding="ascii")
        part.replace(self.file)


class _Followed:
    clock: TestClock | None = None


def follow(file: Path | None) -> TestClock | None:
    """Run this process on a test clock from now on; None goes back to the real one."""
    _Followed.clock = TestClock(file) if file else None
    return _Followed.clock


def now() -> datetime:
    """Return the present instant, aware, in UTC."""
    moment = _moment.get()
    if moment is not None:
        return moment
    return datetime.now(UTC) + (_Followed.clock.ahead if _Followed.clock else timedelta())


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Let what happens in the block happen at another instant: history that is written down afterwards."""
    token = _moment.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _moment.reset(token)


def monotonic() -> float:
    """Return seconds on a clock that never jumps; for durations within one process."""
    return time.monotonic()
