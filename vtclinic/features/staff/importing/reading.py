"""Reading a CSV file: its letters, its separators, its head."""

from __future__ import annotations

import codecs
import csv
import io
from dataclasses import dataclass, field

from vtclinic.core.errors import Invalid
from vtclinic.core.i18n import gettext as _
from vtclinic.features.staff.importing.columns import COLUMNS, column_name

MOST_BYTES = 1024 * 1024
MOST_ROWS = 1000
LONGEST_CELL = 4000


@dataclass
class Sheet:
    """A file's rows: line number and cells by column, or why there are none."""

    rows: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    crooked: dict[int, str] = field(default_factory=dict)


def read_sheet(kind: str, data: bytes | str) -> Sheet:
    """Read a file; what is wrong with it as a whole stands in `problems`, with one row in `crooked`."""
    sheet = Sheet()
    try:
        words = _decoded(data, sheet)
        _fill(kind, words, sheet)
    except Invalid as error:
        sheet.problems.append(error.message)
    except csv.Error:
        sheet.problems.append(_("The file is not a proper CSV file: a quotation mark is missing, or a cell is too long."))
    return sheet


def _decoded(data: bytes | str, sheet: Sheet) -> str:
    size = len(data if isinstance(data, bytes) else data.encode())
    if size > MOST_BYTES:
        raise Invalid(_("The file is too big. The most is 1 MB. Cut it into several files."))
    if isinstance(data, str):
        return data.removeprefix("\ufeff")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in data:
        raise Invalid(_("This is not a CSV file we can read. In your spreadsheet, choose Save as, then CSV UTF-8."))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        sheet.notes.append(_("The file is not in UTF-8, so we read it as Latin-1. Check the names with accents below."))
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _fill(kind: str, words: str, sheet: Sheet) -> None:
    lines = words.splitlines()
    if not words.strip():
        raise Invalid(_("The file is empty. The first line names the columns."))
    first = next(line for line in lines if line.strip())
    separator = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(words, newline=""), delimiter=separator, strict=True)
    head: list[str] = []
    for cells in reader:
        if not any(cell.strip() for cell in cells):
            continue
        if not head:
            head = _head(kind, cells, sheet)
            continue
        if len(sheet.rows) >= MOST_ROWS:
            raise Invalid(_("The file has more than %(most)s rows. Cut it into several files.", most=MOST_ROWS))
        _add(reader.line_num, cells, head, sheet)
    if not sheet.rows:
        raise Invalid(_("The file has a first line and nothing below it."))


def _head(kind: str, cells: list[str], sheet: Sheet) -> list[str]:
    head = [column_name(cell) for cell in cells]
    known = {column.name: column.needed for column in COLUMNS[kind]}
    missing = [name for name, needed in known.items() if needed and name not in head]
    if missing:
        listed = ", ".join(known)
        raise Invalid(_("The first line must name the columns. Missing: %(missing)s. Known: %(known)s.", missing=", ".join(missing), known=listed))
    doubles = sorted({name for name in head if name and head.count(name) > 1})
    if doubles:
        raise Invalid(_("The first line names %(column)s twice.", column=doubles[0]))
    for name in head:
        if name and name not in known:
            sheet.notes.append(_("We do not know the column %(column)s, so it is left out.", column=name[:40]))
    return head


def _add(line: int, cells: list[str], head: list[str], sheet: Sheet) -> None:
    if len([cell for cell in cells[len(head) :] if cell.strip()]):
        sheet.crooked[line] = _("this row has more cells than the first line")
    elif any(len(cell) > LONGEST_CELL for cell in cells):
        sheet.crooked[line] = _("a cell is too long")
    sheet.rows.append((line, {name: cell for name, cell in zip(head, cells, strict=False) if name}))
