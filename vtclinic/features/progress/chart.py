"""Points of a small line chart; the template draws them as SVG, the table beside it says the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from vtclinic.features.progress.results import Series

NARROW, WIDE, HIGH = 320, 640, 150
_LEFT, _RIGHT, _TOP, _BOTTOM = 30, 18, 22, 24


@dataclass(frozen=True)
class Point:
    """One result at its place in the drawing."""

    x: float
    y: float
    total: float
    at: datetime


@dataclass(frozen=True)
class Drawing:
    """A line with its points; `marks` are (y, number) of the scale."""

    points: list[Point]
    marks: list[tuple[float, float]]
    width: int
    height: int = HIGH

    @property
    def line(self) -> str:
        """The path through the points."""
        return "M" + " ".join(f"{point.x} {point.y}" for point in self.points)


def draw(series: Series) -> tuple[Drawing, ...]:
    """Place a series over real time, once for wide screens and once for phones; empty below two comparable results."""
    return (_draw(series, WIDE), _draw(series, NARROW)) if len(series.measured) > 1 else ()


def _draw(series: Series, width: int) -> Drawing:
    rows = series.measured
    first, last = rows[0].taken_at.timestamp(), rows[-1].taken_at.timestamp()
    pack, span = series.instrument, max(last - first, 1.0)

    def y(total: float) -> float:
        share = (total - pack.lowest) / (pack.highest - pack.lowest)
        return round(HIGH - _BOTTOM - share * (HIGH - _TOP - _BOTTOM), 1)

    points = [
        Point(round(_LEFT + (row.taken_at.timestamp() - first) / span * (width - _LEFT - _RIGHT), 1), y(row.total), row.total, row.taken_at)
        for row in rows
        if row.total is not None
    ]
    return Drawing(points, [(y(pack.lowest), pack.lowest), (y(pack.highest), pack.highest)], width)
