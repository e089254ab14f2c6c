"""What commands print: tables and JSON for standard output, progress for standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

T = TypeVar("T")


def line(sentence: str = "") -> None:
    """Print a sentence."""
    click.echo(sentence)


def aside(sentence: str) -> None:
    """Print a sentence that is no part of the result."""
    click.echo(sentence, err=True)


def as_json(value: Any) -> None:
    """Print a value as JSON."""
    click.echo(json.dumps(value, default=_plain, ensure_ascii=False, indent=2))


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, empty: str) -> None:
    """Print rows under headings, or the sentence `empty`."""
    made = Table(*columns, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        made.add_row(*(_cell(value) for value in row))
    if not made.row_count:
        line(empty)
        return
    # Without a terminal nobody is there to scroll sideways: let no column be cut.
    Console(file=sys.stdout, width=None if sys.stdout.isatty() else 400, markup=False, highlight=False).print(made)


def facts(pairs: Iterable[tuple[str, object]]) -> None:
    """Print names and values, one a line."""
    rows = [(name, _cell(value)) for name, value in pairs]
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        line(f"{name:<{width}}  {value}".rstrip())


def progress() -> Progress:
    """Make a progress bar on standard error; it draws nothing where nobody watches."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty())


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M} UTC"
    return str(value)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, (UUID, Path, Enum)):
        return str(value)
    raise TypeError(type(value).__name__)
