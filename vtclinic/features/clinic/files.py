"""A clinic's own small files, replaced whole so that no reader meets half of one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def replace_file(file: Path, content: bytes, *, mode: int = 0o600) -> None:
    """Write a file beside the old one, then put it in its place."""
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_name(file.name + ".new")
    fresh.write_bytes(content)
    fresh.chmod(mode)
    fresh.replace(file)


def digest_of(file: Path) -> str:
    """Return what a form carries so that a change by somebody else is noticed; the same for every missing file."""
    return hashlib.sha256(file.read_bytes() if file.exists() else b"").hexdigest()[:16]


def toml_lines(values: Mapping[str, Any]) -> list[str]:
    """Write plain values as TOML; a JSON string is a TOML basic string, and dates stand bare."""
    return [f"{key} = {value.isoformat() if hasattr(value, 'isoformat') else json.dumps(value, ensure_ascii=False)}" for key, value in values.items() if value]
