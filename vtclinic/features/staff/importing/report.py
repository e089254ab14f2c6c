"""What an import says about each row."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Outcome(StrEnum):
    """What becomes of one row."""

    NEW = "new"
    KNOWN = "known"
    WRONG = "wrong"


@dataclass(frozen=True)
class RowReport:
    """One row: its line in the file, who it is about, what becomes of it, and what is wrong."""

    line: int
    name: str
    email: str
    outcome: Outcome
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class ImportReport:
    """A whole file. `problems` concern the file itself; `notes` are worth knowing and stop nothing; `written` tells whether people were made."""

    kind: str
    rows: tuple[RowReport, ...] = ()
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    written: bool = False

    @property
    def ok(self) -> bool:
        """Tell whether the file can be imported as it is."""
        return not self.problems and not self.wrong

    @property
    def new(self) -> int:
        """Count the people who have no account yet."""
        return self._count(Outcome.NEW)

    @property
    def known(self) -> int:
        """Count the people who have an account already; they are left as they are."""
        return self._count(Outcome.KNOWN)

    @property
    def wrong(self) -> int:
        """Count the rows that need a correction."""
        return self._count(Outcome.WRONG)

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, for `--json`."""
        return asdict(self) | {"ok": self.ok, "new": self.new, "known": self.known, "wrong": self.wrong}

    def _count(self, outcome: Outcome) -> int:
        return sum(row.outcome == outcome for row in self.rows)
