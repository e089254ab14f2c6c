"""`vtclinic tenant export|import|erase`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

import vtclinic.app  # noqa: F401 - every feature's tables belong to a clinic
from vtclinic.cli import say
from vtclinic.cli.directory import opened
from vtclinic.cli.lazy import Verb
from vtclinic.cli.place import Place
from vtclinic.cli.secrets import read_secret
from vtclinic.core.errors import Invalid
from vtclinic.core.policy import SYSTEM
from vtclinic.core.uow import control_unit_of_work
from vtclinic.identity.passwords import check_password
from vtclinic.tenants.lifecycle_erase import erase_clinic
from vtclinic.tenants.lifecycle_export import export_clinic
from vtclinic.tenants.lifecycle_import import Wanted, import_clinic
from vtclinic.tenants.models import Clinic, ClinicState
from vtclinic.tenants.service import list_clinics


@click.command("export", cls=Verb, codes=(0, 1, 2, 3, 4, 5, 7), example="vtclinic tenant export harbour harbour.vtclinic")
@click.argument("slug")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--passphrase-stdin", is_flag=True, help="Read the passphrase from the first line of standard input.")
@click.pass_obj
def export(place: Place, slug: str, file: Path, passphrase_stdin: bool) -> None:
    """Write a clinic into one encrypted file: its data, files and keys.

    The passphrase is all that protects the file, and nobody can open it without. To move a clinic, suspend it first: then waiting mails
    and open links move too, and nothing changes behind the copy. A clinic that goes on working is copied without them.
    """
    passphrase = read_secret("A passphrase for the file", stdin=passphrase_stdin, twice=True)
    check_password(passphrase, second_step=False, known_words=[slug])
    with opened(place) as directory, say.progress() as bar:
        task = bar.add_task("Tables", total=None)
        rows = export_clinic(
            directory.instance, SYSTEM, slug, to=file, passphrase=passphrase, tell=lambda done, total: bar.update(task, completed=done, total=total)
        )
    say.line(f"{slug} is in {file}: {rows} rows, {file.stat().st_size / 1_000_000:.1f} MB. Keep the passphrase apart from it.")


@click.command(
    "import", cls=Verb, codes=(0, 1, 2, 3, 4, 5, 7), example="vtclinic tenant import harbour.vtclinic\nvtclinic tenant import harbour.vtclinic --host new.example.org"
)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--slug", default="", help="Another short name than the one in the file.")
@click.option("--host", "hosts", multiple=True, help="Another hostname than those in the file; may be given again.")
@click.option("--passphrase-stdin", is_flag=True, help="Read the passphrase from the first line of standard input.")
@click.pass_obj
def import_(place: Place, file: Path, slug: str, hosts: tuple[str, ...], passphrase_stdin: bool) -> None:
    """Bring a clinic in from a file that `tenant export` wrote, here or elsewhere.

    Everybody has to sign in again. Interrupted, nothing of it is served, and the same command starts over.
    """
    if not file.exists():
        raise FileNotFoundError(2, "No such file", str(file))
    passphrase = read_secret("The file's passphrase", stdin=passphrase_stdin)
    with opened(place) as directory, say.progress() as bar:
        task = bar.add_task("Rows", total=None)
        came = import_clinic(
            directory.instance,
            SYSTEM,
            file,
            passphrase=passphrase,
            wanted=Wanted(slug, hosts),
            tell=lambda done, total: bar.update(task, completed=done),
        )
    say.line(f"{came.slug} is here: {came.rows} rows, at {', '.join(came.hosts)}. Everybody signs in again.")


@click.command("erase", cls=Verb, codes=(0, 1, 2, 3, 5, 7), example="vtclinic tenant erase harbour --yes harbour")
@click.argument("slug")
@click.option("--yes", "typed", metavar="SLUG", default="", help="The clinic's short name once more, instead of being asked.")
@click.pass_obj
def erase(place: Place, slug: str, typed: str) -> None:
    """Destroy a clinic's keys, then its database and files. There is no way back.

    Without its keys nothing of the clinic can be read, whatever copies of its data exist. Copies of the control database from before still
    hold the keys: let those age out too. Interrupted, the same command goes on.
    """
    with opened(place) as directory:
        name = _name_of(slug)
        if not typed and name and sys.stdin.isatty():
            typed = str(click.prompt(f"This destroys all data of {name} for good. Type {slug} to go on", err=True, default="", show_default=False))
        if name and typed != slug:
            raise Invalid("Nothing was erased: the clinic's short name was not typed.", hint=f"To erase it for good: vtclinic tenant erase {slug} --yes {slug}")
        erase_clinic(directory.instance, SYSTEM, slug)
    say.line(f"{slug} is erased. Its keys are gone, and with them everything that was written there.")


def _name_of(slug: str) -> str:
    with control_unit_of_work(write=False):
        found: Clinic | None = next((row for row in list_clinics() if row.slug == slug and row.state != ClinicState.MAKING), None)
        return found.name if found else ""
