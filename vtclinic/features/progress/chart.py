"""Points of a small line chart; the template draws them as SVG, the table beside it says the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from vtclinic.features.progress.results import Series

WIDE, HIGH = 320, 150
_LEFT, _RIGHT, _TOP, _BOTTOM = 30, 18, 22, 24


@dataclass(frozen=True)
class Point:
    """One result at its place in the drawing."""

    x: float
    y: float
    total: int
    at: datetime


@dataclass(frozen=True)
class Drawing:
    """A line with its points; `marks` are (y, number) of the scale."""

    points: list[Point]
    marks: list[tuple[float, int]]
    width: int = WIDE
    height: int = HIGH

    @property
    def line(self) -> str:
        """The path through the points."""
        return "M" + " ".join(f"{point.x} {point.y}" for point in self.points)


def draw(series: Series) -> Drawing | None:
    """Place a series over real time; None below two comparable results."""
    rows = series.measured
    if len(rows) < 2:
        return None
    first, last = rows[0].taken_at.timestamp(), rows[-1].taken_at.timestamp()
    pack, span = series.instrument, max(last - first, 1.0)

    def y(total: int) -> float:
        share = (total - pack.lowest) / (pack.highest - pack.lowest)
        return round(HIGH - _BOTTOM - share * (HIGH - _TOP - _BOTTOM), 1)

    points = [
        Point(round(_LEFT + (row.taken_at.timestamp() - first) / span * (WIDE - _LEFT - _RIGHT), 1), y(row.total), row.total, row.taken_at)
        for row in rows
        if row.total is not None
    ]
    return Drawing(points, [(y(pack.lowest), pack.lowest), (y(pack.highest), pack.highest)])
