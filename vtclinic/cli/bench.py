"""`vtclinic bench`: the benchmarks of the checkout."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from vtclinic.cli import say
from vtclinic.cli.exits import ChecksFailed
from vtclinic.cli.lazy import Verb, load
from vtclinic.core.errors import NotFound

ROOT = Path(__file__).resolve().parents[2]
LIST = "list"


@click.command("bench", cls=Verb, codes=(0, 1, 2, 3, 6), example="vtclinic bench list\nvtclinic bench pages --json")
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object as the last line.")
def bench(name: str, as_json: bool) -> None:
    """Measure speed and memory on this machine. NAME is a benchmark, or “list”.

    Each benchmark makes an installation of its own in a temporary folder. Ends with 6 when a limit is not kept.
    """
    if name == LIST:
        _list(as_json)
        return
    result = _find(name)()
    if as_json:
        say.line(json.dumps(result, ensure_ascii=False))
    else:
        _show(result)
    if not all(check["ok"] for check in result["checks"]):
        raise ChecksFailed(f"The benchmark {name} does not keep its limits.")


def _list(as_json: bool) -> None:
    rows = [{"name": _name(path), "about": _first_line(path)} for path in _modules()]
    if as_json:
        say.line(json.dumps(rows, ensure_ascii=False))
        return
    say.table(["Name", "What it measures"], [(row["name"], row["about"]) for row in rows], empty="There are no benchmarks in this copy; they live in a checkout.")


def _modules() -> list[Path]:
    return [path for path in sorted((ROOT / "benchmarks").glob("*.py")) if not path.stem.startswith("_") and "\ndef run(" in path.read_text(encoding="utf-8")]


def _name(path: Path) -> str:
    return path.stem.replace("_", "-")


def _first_line(path: Path) -> str:
    return path.read_text(encoding="utf-8").lstrip('"').partition("\n")[0].rstrip('".')


def _find(name: str) -> Callable[[], dict[str, Any]]:
    if name not in {_name(path) for path in _modules()}:
        raise NotFound(f"There is no benchmark called {name}.", hint="List them with: vtclinic bench list")
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))
    found: Callable[[], dict[str, Any]] = load(f"benchmarks.{name.replace('-', '_')}", "run")
    return found


def _show(result: dict[str, Any]) -> None:
    say.facts((key.replace("_", " "), value) for key, value in result["figures"].items())
    say.line()
    rows = [(check["name"], round(check["value"], 3), check["limit"], "kept" if check["ok"] else "NOT KEPT") for check in result["checks"]]
    say.table(["Check", "Measured", "Limit", ""], rows, empty="")
