"""Points of a line chart of one questionnaire; the template draws them as SVG, the table beside it says the same."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from vtclinic.core.i18n import gettext as _
from vtclinic.features.progress import words
from vtclinic.features.progress.instruments import ChangeKind, Instrument, Total
from vtclinic.features.progress.models import StoredScore
from vtclinic.features.progress.results import Series

TOP, FLOOR, HIGH = 14.0, 282.0, 320
_LINE = 15  # between two lines of words


@dataclass(frozen=True)
class Frame:
    """Where things stand in one drawing: the scale's edge, the first and the last point, and the gutter for the bands' names."""

    width: int
    left: int
    first: int
    last: int
    gutter: int
    letters: int


WIDE, NARROW = Frame(640, 40, 64, 438, 500, 20), Frame(320, 30, 42, 196, 236, 11)


@dataclass(frozen=True)
class Point:
    """One result at its place in the drawing; the number stands above or below it, or is left to the table where there is no room."""

    x: float
    y: float
    total: Total
    at: datetime
    number_y: float | None
    dated: bool
    is_last: bool


@dataclass(frozen=True)
class Shade:
    """One band: its area, how dark it is from 0 to 4, and its name in lines of (y, words)."""

    y: float
    height: float
    tone: int
    name: list[tuple[float, str]]


@dataclass(frozen=True)
class Arrow:
    """The way from the first result to the last, when it is more than the usual ups and downs."""

    x: float
    start: float
    end: float
    words: str

    @property
    def path(self) -> str:
        """The stroke with its head."""
        head = -6 if self.end > self.start else 6
        return f"M{self.x - 7} {self.start}h14M{self.x} {self.start}V{self.end}m-5 {head} 5 {-head} 5 {head}"


@dataclass(frozen=True)
class Drawing:
    """A chart in one width. `lines` never join two versions, nor across a result without a total; `marks` are (y, number) of the scale."""

    frame: Frame
    points: list[Point]
    lines: list[str]
    marks: list[tuple[float, Total]]
    shades: list[Shade]
    cut: tuple[float, str] | None
    arrow: Arrow | None
    sessions: list[float]
    versions: list[float]


def draw(series: Series) -> tuple[Drawing, ...]:
    """Place a series over real time, once for wide screens and once for phones; empty without any total."""
    rows = series.drawable
    return (_draw(series, rows, WIDE), _draw(series, rows, NARROW)) if any(row.total is not None for row in rows) else ()


def _draw(series: Series, rows: Sequence[StoredScore], frame: Frame) -> Drawing:
    pack = series.instrument
    first, last = rows[0].taken_at.timestamp(), rows[-1].taken_at.timestamp()

    def x(at: datetime) -> float:
        if last == first:
            return float(frame.last)
        return round(frame.first + (at.timestamp() - first) / (last - first) * (frame.last - frame.first), 1)

    places = [(x(row.taken_at), None if row.total is None else _y(pack, row.total)) for row in rows]
    line = _line(pack)
    return Drawing(
        frame=frame,
        points=_points(rows, places, frame),
        lines=_lines(rows, places),
        marks=_marks(pack),
        shades=_shades(pack, frame),
        cut=None if line is None else (_y(pack, line), _("Cut-off: %(number)s", number=line)),
        arrow=_arrow(series, places[-1][0]),
        sessions=[x(at) for at in series.sessions if first <= at.timestamp() <= last],
        versions=[place for (place, _y_of), row, before in zip(places[1:], rows[1:], rows, strict=False) if row.version != before.version],
    )


def _y(pack: Instrument, total: Total) -> float:
    share = (total - pack.lowest) / ((pack.highest - pack.lowest) or 1)
    return round(FLOOR - share * (FLOOR - TOP), 1)


def _lines(rows: Sequence[StoredScore], places: Sequence[tuple[float, float | None]]) -> list[str]:
    lines: list[list[str]] = [[]]
    for number, (row, (x, y)) in enumerate(zip(rows, places, strict=True)):
        if y is None or (number and row.version != rows[number - 1].version):
            lines.append([])
        if y is not None:
            lines[-1].append(f"{x} {y}")
    return ["M" + " ".join(line) for line in lines if len(line) > 1]


def _points(rows: Sequence[StoredScore], places: Sequence[tuple[float, float | None]], frame: Frame) -> list[Point]:
    made: list[Point] = []
    next_number, next_date = float("inf"), float("inf")
    for number in range(len(rows) - 1, -1, -1):
        (x, y), row = places[number], rows[number]
        if y is None or row.total is None:
            continue
        numbered, dated = next_number - x >= 24, next_date - x >= 54
        next_number, next_date = x if numbered else next_number, x if dated else next_date
        lower = [place for _x, place in (*places[max(number - 1, 0) : number], *places[number + 1 : number + 2]) if place is not None]
        below = bool(lower) and all(place <= y for place in lower) and y < FLOOR - 24
        number_y = (y + 21 if below else y - 11) if numbered else None
        made.append(Point(x, y, row.total, row.taken_at, number_y, dated, number == len(rows) - 1))
    return made[::-1]


def _marks(pack: Instrument) -> list[tuple[float, Total]]:
    marks: list[tuple[float, Total]] = []
    for total in (*(band.low for band in pack.bands), pack.highest) if pack.bands else (pack.lowest, pack.highest):
        y = _y(pack, total)
        if not marks or marks[-1][0] - y >= 14:
            marks.append((y, total))
    return marks


def _shades(pack: Instrument, frame: Frame) -> list[Shade]:
    starts = [_y(pack, band.low) for band in pack.bands]
    ends = [*starts[1:], TOP]
    steps, cut = max(len(pack.bands) - 1, 1), _cut(pack)
    shades = []
    for number, (band, start, end) in enumerate(zip(pack.bands, starts, ends, strict=True)):
        height = round(start - end, 1)
        name = words.band_word(pack, band.id)
        lines = textwrap.wrap(name[:1].upper() + name[1:], frame.letters, max_lines=2, placeholder="…")
        if height < _LINE * len(lines):
            lines = lines[:1] if height >= _LINE - 2 and len(lines) == 1 else []
        middle = _beside((start + end) / 2, start, cut) + 5 - _LINE * (len(lines) - 1) / 2
        shades.append(Shade(end, height, round(number * 4 / steps), [(round(middle + _LINE * at, 1), each) for at, each in enumerate(lines)]))
    return shades


def _beside(middle: float, start: float, cut: float | None) -> float:
    """Return where a band's name stands clear of the cut-off's line."""
    if cut is None or abs(middle - cut) > _LINE / 2 + 2:
        return middle
    return min(cut + _LINE, start - _LINE / 2)


def _cut(pack: Instrument) -> float | None:
    line = _line(pack)
    return None if line is None else _y(pack, line)


def _line(pack: Instrument) -> Total | None:
    """Return the one line worth drawing: the single cut-off, else where recovery begins."""
    if len(pack.cutoffs) == 1:
        return pack.cutoffs[0].at
    return pack.change.recovery if pack.change and not pack.cutoffs else None


def _arrow(series: Series, x: float) -> Arrow | None:
    change, latest = series.latest.change, series.latest
    if change is None or change.kind is ChangeKind.NONE or latest.baseline is None or latest.total is None:
        return None
    size = abs(change.size)
    told = _("%(size)s lower", size=size) if change.size < 0 else _("%(size)s higher", size=size)
    return Arrow(x + 20, _y(series.instrument, latest.baseline), _y(series.instrument, latest.total), told)
