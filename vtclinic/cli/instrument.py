"""`vtclinic instrument`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from vtclinic.cli import say
from vtclinic.cli.exits import ChecksFailed
from vtclinic.cli.lazy import Verb
from vtclinic.core.errors import NotFound
from vtclinic.features.progress.instruments import Instrument, PackError, build, load_packs, read_toml, validate_pack

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group("instrument")
def instrument() -> None:
    """List the questionnaires that ship, and check a pack of your own."""


@instrument.command("list", cls=Verb, codes=(0, 1, 2), example="vtclinic instrument list --json")
@json_option
def list_(as_json: bool) -> None:
    """List the questionnaires that ship, with their licences; those marked wait for a promise of the clinic's administrator."""
    rows = [_row(pack) for pack in load_packs().values()]
    if as_json:
        say.as_json(rows)
        return
    columns = ("id", "name", "version", "questions", "total", "licence", "waits")
    say.table(["Id", "Name", "Version", "Questions", "Total", "Licence", ""], [[row[key] for key in columns] for row in rows], empty="There is no questionnaire.")


@instrument.command("check", cls=Verb, codes=(0, 1, 2, 3, 6), example="vtclinic instrument check mine.toml\nvtclinic instrument check mine.toml --json")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@json_option
def check(files: tuple[Path, ...], as_json: bool) -> None:
    """Check packs: the shape, the sums, the bands, the risk items, the codes. One line for each fault, with the line of the file where it can be named."""
    found = {str(path): _check(path) for path in files}
    if as_json:
        say.as_json([{"file": name, "ok": not faults, "faults": faults, **made} for name, (faults, made) in found.items()])
    else:
        for name, (faults, made) in found.items():
            for fault in faults:
                say.line(f"{name}{':' + str(fault['line']) if fault['line'] else ''}: {fault['fault']}")
            if not faults:
                say.line(f"{name}: {made['name']} version {made['version']} can be used: {made['questions']} questions, total {made['total']}.")
    bad = [name for name, (faults, _made) in found.items() if faults]
    if bad:
        raise ChecksFailed(f"{', '.join(bad)} cannot be used as it is.", hint="docs/questionnaires.md explains each key.")


def _check(path: Path) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    if not path.is_file():
        raise NotFound(f"There is no file {path}.", hint="Check the path.")
    try:
        data = read_toml(path)
    except PackError as error:
        sentence = error.message.removeprefix(f"{path.name} ")
        return [{"fault": f"It {sentence}", "line": _line_said(sentence)}], {}
    faults = validate_pack(data)
    if faults:
        text = path.read_text(encoding="utf-8").splitlines()
        return [{"fault": fault, "line": _line_of(fault, text)} for fault in faults], {}
    return [], _row(build(data))


def _line_said(sentence: str) -> int | None:
    place = sentence.partition("(at line ")[2].partition(",")[0]
    return int(place) if place.isdigit() else None


def _line_of(fault: str, text: list[str]) -> int | None:
    """Return the line where what a fault names begins: its table, or the table's entry with that number."""
    where = fault.replace(",", " ").replace(":", " ").split()
    name, number = where[0], next((int(word) for word in where[1:2] if word.isdigit()), 1)
    heads = [at for at, line in enumerate(text, 1) if line.strip() in (f"[{name}]", f"[[{name}]]")]
    keys = [at for at, line in enumerate(text, 1) if line.partition("=")[0].strip() == name]
    places = heads or keys
    return places[number - 1] if 0 < number <= len(places) else (places[0] if places else None)


def _row(pack: Instrument) -> dict[str, Any]:
    return {
        "id": pack.id,
        "name": pack.name,
        "version": pack.version,
        "language": pack.language,
        "questions": len(pack.items),
        "total": f"{pack.lowest}–{pack.highest}",
        "licence": pack.licence,
        "waits": "waits for a promise" if pack.attestation else "",
        "risk_items": [risk.item for risk in pack.risk_items],
    }
