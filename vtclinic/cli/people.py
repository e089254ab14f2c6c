"""`vtclinic import`: many people at once, from a CSV file."""

from __future__ import annotations

from pathlib import Path

import click

from vtclinic.cli import say
from vtclinic.cli.lazy import Verb
from vtclinic.cli.opening import in_clinic
from vtclinic.cli.place import Place
from vtclinic.core.errors import Invalid
from vtclinic.core.policy import SYSTEM
from vtclinic.core.uow import unit_of_work
from vtclinic.features.staff.api import ImportReport, import_people

LARGEST = 5_000_000


@click.command("import", cls=Verb, codes=(0, 1, 2, 3, 5, 7), example="vtclinic import staff people.csv --tenant harbour --dry-run")
@click.argument("kind", type=click.Choice(["staff", "patients"]))
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--tenant", "slug", required=True, metavar="SLUG", help="The clinic's short name.")
@click.option("--dry-run", is_flag=True, help="Say what would happen and change nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.pass_obj
def import_(place: Place, kind: str, file: Path, slug: str, **how: bool) -> None:
    """Bring staff or patients in from a CSV file.

    Each row is checked and reported. With one wrong row nobody is made; people who are here already are left as they are, so the same file
    can come twice. Everybody new is mailed an invitation.
    """
    if file.stat().st_size > LARGEST:
        raise Invalid(f"{file} is larger than {LARGEST // 1_000_000} MB.", hint="Split it into several files.")
    data, dry_run, as_json = file.read_bytes(), how["dry_run"], how["as_json"]
    with in_clinic(place, slug), unit_of_work(write=not dry_run):
        report = import_people(SYSTEM, kind, data, dry_run=dry_run)
    if as_json:
        say.as_json(report.as_dict())
    else:
        _show(report)
    if not report.ok:
        raise Invalid(f"Nothing was imported: {_count(report)} to correct.", hint="Correct the file and run the same command again.")
    if not as_json:
        say.line(_summary(report, dry_run=dry_run))


def _show(report: ImportReport) -> None:
    for sentence in (*report.problems, *report.notes):
        say.line(sentence)
    if report.rows:
        shown = [(row.line, row.name, row.email, row.outcome, "; ".join(row.problems)) for row in report.rows]
        say.table(["Line", "Name", "Address", "", "To correct"], shown, empty="")


def _count(report: ImportReport) -> str:
    number = report.wrong or len(report.problems)
    return f"{number} {'row' if report.wrong else 'thing'}{'s' if number != 1 else ''}"


def _summary(report: ImportReport, *, dry_run: bool) -> str:
    people = f"{report.new} new, {report.known} here already"
    return f"{people}. Nothing was changed; run it without --dry-run." if dry_run else f"{people}. The new ones are invited by mail."
