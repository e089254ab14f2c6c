"""The command `vtclinic` and the list of its verbs."""

from __future__ import annotations

from pathlib import Path

import click

from vtclinic import __version__
from vtclinic.cli.lazy import Late, LazyGroup
from vtclinic.cli.place import Place

COMMANDS = {
    "init": Late("vtclinic.cli.init", "init", "Make a new installation: keys, recovery shares, first IT administrator."),
    "serve": Late("vtclinic.cli.serve", "serve", "Serve the clinics until stopped."),
    "demo": Late("vtclinic.cli.demo", "demo", "Show vtclinic with made-up people, or check it from end to end."),
    "tenant": Late("vtclinic.cli.tenant", "tenant", "Make, list, pause, move and erase clinics."),
    "user": Late("vtclinic.cli.user", "user", "Invite people to a clinic, list them, switch accounts off."),
    "admin": Late("vtclinic.cli.admin", "admin", "List IT administrators, and help one who lost every second step."),
    "import": Late("vtclinic.cli.people", "import_", "Bring staff or patients in from a CSV file."),
    "theme": Late("vtclinic.cli.theme", "theme", "List, check and preview themes."),
    "instrument": Late("vtclinic.cli.instrument", "instrument", "List the questionnaires that ship, and check a pack of your own."),
    "db": Late("vtclinic.cli.db", "db", "Bring every database to this version."),
    "audit": Late("vtclinic.cli.audit", "audit", "Prove that nobody changed the audit trail."),
    "doctor": Late("vtclinic.cli.doctor", "doctor", "Check the installation and say what to do."),
    "key": Late("vtclinic.cli.key", "key", "Recover, rehearse and rotate keys."),
    "bench": Late("vtclinic.cli.bench", "bench", "Measure speed and memory on this machine."),
}


@click.group("vtclinic", cls=LazyGroup, late=COMMANDS, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="vtclinic")
@click.option(
    "--home",
    type=click.Path(path_type=Path, file_okay=False, readable=False),
    envvar="VTCLINIC_HOME",
    show_envvar=True,
    metavar="DIR",
    help="The data folder; ~/.vtclinic unless told.",
)
@click.option("--debug", is_flag=True, help="Show where an error of vtclinic's own came from.")
@click.pass_context
def root(context: click.Context, home: Path | None, debug: bool) -> None:
    """Self-hosted online therapy for clinics that keep their own data.

    Secrets are asked for or read from standard input, never taken from the command line. Each verb explains itself with --help.
    """
    context.obj = Place(home, debug)
