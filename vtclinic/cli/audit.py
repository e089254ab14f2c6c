"""`vtclinic audit`."""

from __future__ import annotations

from typing import Any

import click

from vtclinic.cli import say
from vtclinic.cli.directory import opened
from vtclinic.cli.exits import ChecksFailed, explain
from vtclinic.cli.lazy import Verb
from vtclinic.cli.place import Place
from vtclinic.core.audit import ChainReport, verify
from vtclinic.core.scope import current_clinic
from vtclinic.core.uow import control_unit_of_work, unit_of_work
from vtclinic.tenants.models import ClinicState
from vtclinic.tenants.resolve import Directory
from vtclinic.tenants.scope import tenant_scope

INSTANCE = "(instance)"


@click.group("audit")
def audit() -> None:
    """Prove that nobody changed the audit trail."""


@audit.command("verify", cls=Verb, codes=(0, 1, 2, 3, 6, 7), example="vtclinic audit verify --all\nvtclinic audit verify --tenant harbour")
@click.option("--tenant", "slug", metavar="SLUG", help="One clinic's trail.")
@click.option("--instance", is_flag=True, help="The trail of the IT administrators' acts.")
@click.option("--all", "everything", is_flag=True, help="The instance's and every clinic's; the same as giving nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def verify_(place: Place, slug: str | None, instance: bool, everything: bool, as_json: bool) -> None:
    """Walk each trail from its first row and say whether a row was changed, removed or added by other hands."""
    everything = everything or not (slug or instance)
    with opened(place) as directory:
        slugs = directory.slugs(ClinicState.ACTIVE, ClinicState.SUSPENDED) if everything else [slug] if slug else []
        found = {INSTANCE: _instance(directory)} if instance or everything else {}
        found |= {each: _clinic(directory, each, stop=not everything) for each in slugs}
    rows: list[dict[str, Any]] = [
        {"trail": name, "rows": report.rows, "sound": report.sound, "broken_at": report.broken_at, "problem": report.problem} for name, report in found.items()
    ]
    if as_json:
        say.as_json(rows)
    else:
        say.table(["Trail", "Rows", ""], [(row["trail"], row["rows"], _word(row)) for row in rows], empty="")
    if any(row["broken_at"] for row in rows):
        raise ChecksFailed("An audit trail was changed.", hint="Keep a copy of this database before anything else, and find out who could write to it.")
    if not all(row["sound"] for row in rows):
        raise ChecksFailed("An audit trail could not be read.", hint="See what is wrong with: vtclinic doctor")


def _instance(directory: Directory) -> ChainReport:
    with control_unit_of_work(write=False) as control:
        return verify(control, directory.instance.audit_key, instance=True)


def _clinic(directory: Directory, slug: str, *, stop: bool) -> ChainReport:
    try:
        with tenant_scope(directory.by_slug(slug)), unit_of_work(write=False) as db:
            return verify(db, current_clinic().keys.derived("audit"))
    except Exception as error:
        if stop:
            raise
        return ChainReport(0, None, explain(error).sentence)


def _word(row: dict[str, Any]) -> str:
    where = f"row {row['broken_at']}: " if row["broken_at"] else ""
    return "sound" if row["sound"] else f"{where}{row['problem']}"
