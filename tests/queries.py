"""Counting what is asked of clinics' databases."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, event


@dataclass
class Queries:
    """The statements of a block, in order. The control database's once-a-second look at the directory is left out."""

    statements: list[str] = field(default_factory=list)

    @property
    def reads(self) -> int:
        """How many queries there were, those of session and audit included; what a write stores is no query."""
        return sum(statement.lstrip().upper().startswith(("SELECT", "WITH")) for statement in self.statements)


@contextmanager
def counted_queries() -> Iterator[Queries]:
    """Collect every statement sent to a clinic's database until the block ends."""
    asked = Queries()

    def note(connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not str(connection.engine.url).endswith("control.db"):
            asked.statements.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(Engine, "before_cursor_execute", note)
