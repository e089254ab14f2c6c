"""Reads the dated vectors of recurring times."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path

from vtclinic.features.scheduling.recurrence import Every, Pattern, Rule

FILE = Path(__file__).parent / "data" / "recurrence.txt"
_RULE = re.compile(r"(\d*)(weekly|monthly)(-?\d)?(?:\*(\d+)|<(.+))?")


@dataclass(frozen=True)
class Vector:
    """One case: a pattern and the instants at which it happens."""

    pattern: Pattern
    instants: tuple[datetime, ...]
    why: str

    @property
    def name(self) -> str:
        """Return what a failure should say."""
        return f"{self.pattern.zone} {self.pattern.first} {self.pattern.wall:%H:%M}: {self.why}"


def vectors() -> list[Vector]:
    """Return every case of the file."""
    lines = (line for line in FILE.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#"))
    return [_vector(*(part.strip() for part in line.split(" | "))) for line in lines]


def _vector(zone: str, first: str, wall: str, rule: str, instants: str, why: str) -> Vector:
    pattern = Pattern(date.fromisoformat(first), time.fromisoformat(wall), zone, _rule(rule))
    return Vector(pattern, tuple(datetime.fromisoformat(each).replace(tzinfo=UTC) for each in instants.split()), why)


def _rule(text: str) -> Rule:
    found = _RULE.fullmatch(text)
    assert found is not None, text
    interval, every, nth, count, until = found.groups()
    return Rule(
        Every.WEEK if every == "weekly" else Every.MONTH,
        int(interval or 1),
        int(nth) if nth else None,
        int(count) if count else None,
        date.fromisoformat(until) if until else None,
    )
