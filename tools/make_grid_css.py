"""Write static/scheduling/rows.css: where things stand in a drawn day, as classes, since the policy for styles allows none inline.

A row is five minutes, and the longest day has 25 hours.
"""

from __future__ import annotations

from pathlib import Path

ROWS = 25 * 12
TARGET = Path(__file__).parents[1] / "vtclinic" / "static" / "scheduling" / "rows.css"
HEAD = "/* Rows of five minutes, made by tools/make_grid_css.py: a page may not place things by inline style. */"


def css() -> str:
    """Return the stylesheet: .r12 begins in row 12, .n10 is 10 rows high."""
    begin = (f".r{row}{{grid-row-start:{row}}}" for row in range(1, ROWS + 1))
    high = (f".n{rows}{{grid-row-end:span {rows}}}" for rows in range(1, ROWS + 1))
    return "\n".join([HEAD, *begin, *high]) + "\n"


if __name__ == "__main__":
    TARGET.write_text(css(), encoding="utf-8")
