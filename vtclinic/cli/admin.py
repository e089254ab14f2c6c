"""`vtclinic admin`: the IT administrators of this installation."""

from __future__ import annotations

from typing import Any

import click

from vtclinic.cli import say
from vtclinic.cli.directory import opened
from vtclinic.cli.lazy import Verb
from vtclinic.cli.place import Place
from vtclinic.console import admins
from vtclinic.console.models import InstanceAdmin
from vtclinic.console.service import admin_by_email
from vtclinic.core.errors import NotFound
from vtclinic.core.policy import SYSTEM
from vtclinic.core.uow import control_unit_of_work


@click.group("admin")
def admin() -> None:
    """List IT administrators, and help one who lost every second step."""


@admin.command("list", cls=Verb, codes=(0, 1, 2, 7), example="vtclinic admin list --json")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def list_(place: Place, as_json: bool) -> None:
    """List who runs this installation from the web."""
    with opened(place), control_unit_of_work(write=False):
        rows = [_row(each) for each in admins.list_admins(SYSTEM)]
    if as_json:
        say.as_json(rows)
        return
    say.table(["Address", "State", "Since"], [(row["email"], row["state"], row["made"]) for row in rows], empty="Nobody yet. Begin with: vtclinic init")


@admin.command("reset-second-step", cls=Verb, codes=(0, 1, 2, 3, 7), example="vtclinic admin reset-second-step it@example.org")
@click.argument("address")
@click.pass_obj
def reset(place: Place, address: str) -> None:
    """Forget an administrator's second steps after they lost them all; a password alone then opens nothing but adding a new one."""
    with opened(place) as directory, control_unit_of_work():
        found = admin_by_email(address)
        if found is None:
            raise NotFound(f"No IT administrator has the address {address}.", hint="List them with: vtclinic admin list")
        admins.reset_second_step(directory.instance, SYSTEM, found.uid)
    say.line(f"{address} adds a new second step at the next sign-in to the console.")


def _row(found: InstanceAdmin) -> dict[str, Any]:
    return {"uid": str(found.uid), "email": found.email, "state": found.state, "made": found.created_at}
