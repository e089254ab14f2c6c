"""Quiet hours: a stretch of every day on one clock, as instants, so that a clock that jumps makes no hour doubtful."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from vtclinic.core.zones import wall_instant, zone

_WALL = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


@dataclass(frozen=True)
class Quiet:
    """From one wall time to another, past midnight if need be, on the clock of a zone."""

    start: time
    end: time
    zone: str

    def over(self, moment: datetime) -> datetime | None:
        """Return when the quiet hours around a moment end; None when it lies in none."""
        span = self._span(moment)
        return span[1] if span else None

    def begun(self, moment: datetime) -> datetime | None:
        """Return when the quiet hours around a moment began; None when it lies in none."""
        span = self._span(moment)
        return span[0] if span else None

    def _span(self, moment: datetime) -> tuple[datetime, datetime] | None:
        today = moment.astimezone(zone(self.zone)).date()
        longer = timedelta(days=1 if self.end <= self.start else 0)
        if self.end == self.start:
            return None
        for day in (today - timedelta(days=1), today):
            start, end = wall_instant(day, self.start, self.zone), wall_instant(day + longer, self.end, self.zone)
            if start <= moment < end:
                return start, end
        return None


def read_wall(text: str) -> time | None:
    """Read a wall time such as 22:00; None for anything else."""
    return time.fromisoformat(text) if _WALL.fullmatch(text) else None
