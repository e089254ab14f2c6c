"""Portraits for made-up therapists, drawn here, so that no real person's face is shown."""

from __future__ import annotations

import io
from dataclasses import dataclass

from PIL import Image, ImageDraw

GRID = 64  # the drawings are laid out on 64 by 64 units
SIZE = 512
_OVER = 3  # drawn larger and shrunk, for smooth edges


@dataclass(frozen=True)
class Face:
    """One portrait's colours and parts; hair is one of the names of `_HAIR`."""

    ground: str
    skin: str
    shade: str
    hair: str
    hair_colour: str
    clothes: str
    glasses: bool = False
    beard: bool = False


FACES: dict[str, Face] = {
    "amara": Face("#cfe3d9", "#825640", "#6e4630", "bun", "#241a1b", "#8c4a63"),
    "tomas": Face("#dfe4ee", "#e3b48f", "#cb9a75", "short", "#5b4030", "#2f5d62", beard=True),
    "niamh": Face("#f1e4d3", "#f0c9ad", "#dcb092", "long", "#a5532b", "#3f5f7f"),
    "idris": Face("#e2e6d3", "#a5744f", "#8d6040", "short", "#1f1a1a", "#6b4a2f", glasses=True),
    "leila": Face("#ead9e4", "#d9a982", "#c1906a", "scarf", "#4d5f8c", "#34436b"),
    "oskar": Face("#d8e6ea", "#efc6a6", "#d8ab8b", "bald", "#8a8178", "#4b4f58", glasses=True, beard=True),
    "mei": Face("#f2dcd2", "#ecc39d", "#d5a981", "bob", "#211d22", "#87402a"),
    "joana": Face("#e6dff0", "#c48e66", "#ab7750", "curls", "#3a2620", "#5a6b3c"),
}


def portrait(name: str) -> bytes:
    """Return the PNG of one of FACES."""
    face, side = FACES[name], SIZE * _OVER
    picture = Image.new("RGB", (side, side), face.ground)
    pen = _Pen(ImageDraw.Draw(picture), side / GRID)
    _HAIR_BEHIND.get(face.hair, _nothing)(pen, face)
    _shoulders(pen, face)
    _head(pen, face)
    _HAIR_BEFORE.get(face.hair, _nothing)(pen, face)
    if face.glasses:
        _glasses(pen)
    out = io.BytesIO()
    picture.resize((SIZE, SIZE), Image.Resampling.LANCZOS).save(out, "PNG", optimize=True)
    return out.getvalue()


class _Pen:
    """Draws in units of the grid."""

    def __init__(self, draw: ImageDraw.ImageDraw, unit: float) -> None:
        self._draw, self._unit = draw, unit

    def ellipse(self, cx: float, cy: float, rx: float, ry: float, colour: str) -> None:
        """Fill an ellipse around a centre."""
        self._draw.ellipse([(cx - rx) * self._unit, (cy - ry) * self._unit, (cx + rx) * self._unit, (cy + ry) * self._unit], fill=colour)

    def box(self, left: float, top: float, right: float, bottom: float, colour: str, *, round_by: float = 0) -> None:
        """Fill a rectangle with round corners."""
        corners = [left * self._unit, top * self._unit, right * self._unit, bottom * self._unit]
        self._draw.rounded_rectangle(corners, radius=round_by * self._unit, fill=colour)

    def arch(self, cx: float, cy: float, rx: float, ry: float, colour: str, *, begin: int = 180, end: int = 360) -> None:
        """Fill a slice of an ellipse between two angles."""
        self._draw.pieslice(
            [(cx - rx) * self._unit, (cy - ry) * self._unit, (cx + rx) * self._unit, (cy + ry) * self._unit], begin, end, fill=colour
        )

    def ring(self, cx: float, cy: float, radius: float, colour: str, width: float) -> None:
        """Draw a circle's line."""
        corners = [(cx - radius) * self._unit, (cy - radius) * self._unit, (cx + radius) * self._unit, (cy + radius) * self._unit]
        self._draw.ellipse(corners, outline=colour, width=round(width * self._unit))

    def line(self, points: list[tuple[float, float]], colour: str, width: float) -> None:
        """Draw a line through points."""
        self._draw.line([(x * self._unit, y * self._unit) for x, y in points], fill=colour, width=round(width * self._unit))


def _nothing(pen: _Pen, face: Face) -> None:
    """Draw nothing: this hair has no such part."""


def _shoulders(pen: _Pen, face: Face) -> None:
    pen.arch(32, 66, 22, 21, face.clothes)
    pen.box(26.5, 36, 37.5, 47.5, face.shade, round_by=4.5)
    pen.arch(32, 45, 5.5, 5.5, face.shade, begin=0, end=180)


def _head(pen: _Pen, face: Face) -> None:
    if face.hair != "scarf":
        pen.ellipse(21.4, 29.5, 2.2, 3.1, face.shade)
        pen.ellipse(42.6, 29.5, 2.2, 3.1, face.shade)
    pen.ellipse(32, 28, 10.7, 12.8, face.skin)
    if face.beard:
        pen.arch(32, 30.5, 10.4, 11.2, face.hair_colour, begin=12, end=168)
        pen.ellipse(32, 30.6, 8.4, 5.2, face.skin)


def _crown(pen: _Pen, face: Face) -> None:
    pen.arch(32, 25.5, 11.6, 12.6, face.hair_colour)
    pen.ellipse(32, 26.6, 9.4, 7.2, face.skin)


def _parted(pen: _Pen, face: Face) -> None:
    pen.arch(32, 26, 12, 13.5, face.hair_colour)
    pen.ellipse(32.6, 28.4, 10.1, 8.6, face.skin)


def _bun_behind(pen: _Pen, face: Face) -> None:
    pen.ellipse(32, 10, 6, 6, face.hair_colour)
    pen.ellipse(32, 26, 12.6, 13.4, face.hair_colour)


def _long_behind(pen: _Pen, face: Face) -> None:
    pen.box(18.5, 14, 45.5, 50, face.hair_colour, round_by=13)


def _bob_behind(pen: _Pen, face: Face) -> None:
    pen.box(18.8, 13.5, 45.2, 40.5, face.hair_colour, round_by=10)


def _curls_behind(pen: _Pen, face: Face) -> None:
    for x, y, size in ((20, 24, 7), (44, 24, 7), (19, 33, 6.5), (45, 33, 6.5), (25, 15, 7), (39, 15, 7), (32, 12.5, 7), (21, 40, 5.5), (43, 40, 5.5)):
        pen.ellipse(x, y, size, size, face.hair_colour)


def _curls_before(pen: _Pen, face: Face) -> None:
    for x in (24.5, 29.5, 34.5, 39.5):
        pen.ellipse(x, 17.2, 4, 3.6, face.hair_colour)


def _fringe(pen: _Pen, face: Face) -> None:
    pen.arch(32, 23.5, 11.6, 10.4, face.hair_colour)


def _scarf(pen: _Pen, face: Face) -> None:
    pen.ellipse(32, 27.5, 13.6, 15.8, face.hair_colour)
    pen.box(21, 36, 43, 53, face.hair_colour, round_by=9)
    pen.ellipse(32, 29.4, 9.4, 11.2, face.skin)


def _thin_sides(pen: _Pen, face: Face) -> None:
    pen.ellipse(21.9, 24.5, 1.5, 4, face.hair_colour)
    pen.ellipse(42.1, 24.5, 1.5, 4, face.hair_colour)


def _glasses(pen: _Pen) -> None:
    frame = "#2b2b2b"
    pen.ring(27.4, 28, 3.7, frame, 0.7)
    pen.ring(36.6, 28, 3.7, frame, 0.7)
    pen.line([(31.1, 27.4), (32.9, 27.4)], frame, 0.7)
    pen.line([(21.6, 27.2), (23.8, 27.4)], frame, 0.7)
    pen.line([(40.2, 27.4), (42.4, 27.2)], frame, 0.7)


_HAIR_BEHIND = {"bun": _bun_behind, "long": _long_behind, "bob": _bob_behind, "curls": _curls_behind}
_HAIR_BEFORE = {"bun": _crown, "short": _crown, "long": _parted, "bob": _fringe, "curls": _curls_before, "scarf": _scarf, "bald": _thin_sides}
