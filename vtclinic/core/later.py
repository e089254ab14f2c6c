"""Large libraries that are loaded when they are first used: most processes never need them, and each costs tens of megabytes."""

from __future__ import annotations

from importlib import import_module
from typing import Any


class Later:
    """Stands for a module until something of it is asked for."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Any:
        """Load the module and keep what was asked for."""
        found = getattr(import_module(self._name), name)
        setattr(self, name, found)
        return found
