"""The repository's own source, read once for the rules that are checked on it."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "vtclinic"
# Alembic writes these; a migration is as long as its tables.
GENERATED = ("migrations/clinic/versions", "migrations/control/versions")


@dataclass(frozen=True)
class Module:
    """One module of the product."""

    path: Path
    text: str
    tree: ast.Module

    @property
    def where(self) -> str:
        """Its path from the package's folder, as in `core/uow.py`."""
        return self.path.relative_to(PACKAGE).as_posix()

    @property
    def parts(self) -> tuple[str, ...]:
        """Folder names and the module's own name."""
        return Path(self.where).with_suffix("").parts

    def imports(self) -> Iterator[tuple[int, str]]:
        """Line and full name of everything imported; `from a import b` counts as `a.b`."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((node.lineno, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)

    def functions(self) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        """Every function and method."""
        return (node for node in ast.walk(self.tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))

    def calls(self, *attributes: str) -> Iterator[int]:
        """Lines that call a method of one of these names."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in attributes:
                yield node.lineno


@cache
def modules() -> tuple[Module, ...]:
    """Every hand-written module of the product."""
    found = sorted(path for path in PACKAGE.rglob("*.py") if not any(part in path.as_posix() for part in GENERATED))
    return tuple(Module(path, text := path.read_text(encoding="utf-8"), ast.parse(text)) for path in found)


@cache
def tracked() -> tuple[Path, ...]:
    """Files of the repository: what git knows, or in an unpacked archive everything but what tools leave behind."""
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode == 0:
        return tuple(path for name in listed.stdout.decode().split("\0") if name and (path := ROOT / name).is_file())
    return tuple(path for path in ROOT.rglob("*") if path.is_file() and not any(part.startswith(".venv") or part == "__pycache__" for part in path.parts))
