"""`vtclinic db`: schema versions."""

from __future__ import annotations

import click

from vtclinic.cli import say
from vtclinic.cli.exits import ChecksFailed, explain
from vtclinic.cli.lazy import Verb
from vtclinic.cli.place import Place
from vtclinic.core.errors import SettingsError, Unavailable
from vtclinic.core.settings import Settings
from vtclinic.tenants.instance import control_exists
from vtclinic.tenants.lifecycle_upgrades import SchemaState, clinic_places, control_state, states, upgrade_clinics, upgrade_control


@click.group("db")
def db() -> None:
    """Bring every database to this version."""


@db.command("status", cls=Verb, codes=(0, 1, 2, 6, 7), example="vtclinic db status --json")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def status(place: Place, as_json: bool) -> None:
    """Show which version each database is at. Ends with 6 when one is not at this version."""
    found = states(_settings(place), sentence_of)
    if as_json:
        say.as_json([{"name": each.name, "at": each.at, "newest": each.newest, "current": each.is_current, "problem": each.problem} for each in found])
    else:
        say.table(["Database", "At", "Newest", ""], [(each.name, each.at, each.newest, _word(each)) for each in found], empty="")
    if not all(each.is_current for each in found):
        raise ChecksFailed("Some databases are not at this version.", hint="Bring them there with: vtclinic db upgrade")


@db.command("upgrade", cls=Verb, codes=(0, 1, 2, 6, 7), example="vtclinic db upgrade")
@click.option("--processes", type=click.IntRange(1, 64), help="How many at once; as many as processors unless told.")
@click.pass_obj
def upgrade(place: Place, processes: int | None) -> None:
    """Upgrade the control database, then every clinic's, several at once.

    A database that cannot be upgraded stays whole at its old version and is named at the end; the others go on. Interrupted, the same
    command takes what is left.
    """
    settings = _settings(place)
    control = control_state(settings)
    if control.problem:
        raise Unavailable(f"The control database cannot be read: {control.problem}")
    if not control.is_current:
        upgrade_control(settings)
        say.line(f"control: {control.at or 'empty'} → {control.newest}")
    broken = _upgrade_clinics(settings, processes or 0)
    if broken:
        for each in broken:
            say.aside(f"{each.name}: {each.problem or 'still behind'}")
        raise ChecksFailed(f"{len(broken)} of the clinics could not be upgraded.", hint="See to each, then run this again; the others are done.")
    say.line("Every database is at this version.")


def sentence_of(error: BaseException) -> str:
    """Return one sentence for what a database said."""
    return explain(error).sentence


def _upgrade_clinics(settings: Settings, processes: int) -> list[SchemaState]:
    places, broken = clinic_places(settings), list[SchemaState]()
    with say.progress() as bar:
        task = bar.add_task("Clinics", total=len(places))
        for found in upgrade_clinics(places, sentence_of, processes=processes):
            bar.advance(task)
            if not found.is_current:
                broken.append(found)
    return broken


def _settings(place: Place) -> Settings:
    settings = place.settings()
    if not control_exists(settings):
        raise SettingsError(f"The folder {settings.home} holds no vtclinic installation.", hint="Make one with: vtclinic init")
    return settings


def _word(found: SchemaState) -> str:
    return "current" if found.is_current else found.problem or "behind"
