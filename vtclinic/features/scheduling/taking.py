"""How a source says what it takes of people's time: as a part of the one query that `busy` asks.

A part selects `part(…)` where the holder is in HOLDERS, and starts between SINCE and UNTIL, or ends after START where it may last long.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, Uuid, bindparam, literal

from vtclinic.core.database import UtcDateTime

Part = Select[*tuple[Any, ...]]
# Long enough that a session begun before a window still reaches into it.
LONGEST = timedelta(hours=6)
# Written out into the statement, which is quicker than a name for each of two hundred people; they are identifiers of our own.
HOLDERS: BindParameter[Any] = bindparam("holders", expanding=True, literal_execute=True, type_=Uuid())
START, SINCE, UNTIL = (bindparam(name, type_=UtcDateTime()) for name in ("start", "since", "until"))


def part(holder: Any, starts_at: Any, ends_at: Any, *, before: Any = 0, after: Any = 0, session: bool = True) -> tuple[ColumnElement[Any], ...]:
    """Return the columns of a part: whose time, from when to when, the quiet minutes around it, and whether it counts towards the daily cap."""
    return holder.label("holder"), starts_at.label("starts_at"), ends_at.label("ends_at"), _number(before), _number(after), literal(int(session))


def _number(value: Any) -> ColumnElement[Any]:
    return literal(value) if isinstance(value, int) else value
