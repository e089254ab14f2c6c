"""Which installation a command works on, as the options before the verb say."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vtclinic.core.settings import Settings, load_settings


@dataclass(frozen=True)
class Place:
    """The data folder, unless the environment names it, and whether to show tracebacks."""

    home: Path | None = None
    debug: bool = False

    def settings(self, **overrides: Any) -> Settings:
        """Read the settings; raises SettingsError naming the key that is wrong."""
        return load_settings(self.home, **overrides)
