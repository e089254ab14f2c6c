"""What every benchmark returns: figures for reading, checks with the limit that was asked for.

A value is kept as measured: rounded to its limit it would contradict the verdict beside it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Report:
    """Figures and checks of one benchmark."""

    name: str
    figures: dict[str, Any] = field(default_factory=dict)
    checks: list[dict[str, Any]] = field(default_factory=list)

    def at_most(self, name: str, value: float, limit: float) -> None:
        """Note a figure that must not be above its limit."""
        self.checks.append({"name": name, "value": value, "limit": limit, "ok": value <= limit})

    def at_least(self, name: str, value: float, limit: float) -> None:
        """Note a figure that must not be below its limit."""
        self.checks.append({"name": name, "value": value, "limit": limit, "least": True, "ok": value >= limit})

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON object that the command prints."""
        return {"name": self.name, "figures": self.figures, "checks": self.checks}
