"""`vtclinic doctor`."""

from __future__ import annotations

import click

from vtclinic.cli import say
from vtclinic.cli.exits import ChecksFailed
from vtclinic.cli.lazy import Verb
from vtclinic.cli.place import Place
from vtclinic.core.errors import SettingsError
from vtclinic.features.crisis.overdue import risk_tasks_move_on
from vtclinic.tenants.doctor import CHECKS, Finding, Level, examine

MORE = (risk_tasks_move_on,)


@click.command("doctor", cls=Verb, codes=(0, 1, 2, 6), example="vtclinic doctor\nvtclinic doctor --json")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def doctor(place: Place, as_json: bool) -> None:
    """Check the installation and say what to do.

    Looks at permissions, keys, TLS, mail, risk tasks, versions, clocks, help lines and the disk, and changes nothing. Ends with 6 when there is a problem;
    warnings alone end with 0.
    """
    found = _examine(place)
    problems = [each for each in found if each.level == Level.PROBLEM]
    if as_json:
        rows = [{"check": each.check, "level": each.level, "sentence": each.sentence, "fix": each.fix} for each in found]
        say.as_json({"ok": not problems, "findings": rows})
    else:
        _show(found)
    if problems:
        raise ChecksFailed("1 problem." if len(problems) == 1 else f"{len(problems)} problems.")
    if not as_json:
        say.line(f"{len(CHECKS) + len(MORE)} checks made: no problem." if not found else "No problem; see the warnings.")


def _examine(place: Place) -> list[Finding]:
    try:
        settings = place.settings()
    except SettingsError as error:
        return [Finding("settings", error.message, error.hint or "Correct settings.toml; docs/settings.md lists each key.")]
    return examine(settings, MORE)


def _show(found: list[Finding]) -> None:
    for each in found:
        mark = click.style("problem", fg="red", bold=True) if each.level == Level.PROBLEM else click.style("warning", fg="yellow")
        say.line(f"{mark}  {each.sentence}")
        say.line(f"         → {each.fix}")
