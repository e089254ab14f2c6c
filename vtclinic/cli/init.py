"""`vtclinic init`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from vtclinic.cli import say
from vtclinic.cli.lazy import Verb
from vtclinic.cli.place import Place
from vtclinic.cli.secrets import read_secret
from vtclinic.cli.setup import is_finished, set_up
from vtclinic.cli.shares import hand_out
from vtclinic.core.errors import Conflict
from vtclinic.core.settings import Settings
from vtclinic.identity.addresses import tidy_address
from vtclinic.identity.passwords import check_password


@click.command(
    "init",
    cls=Verb,
    codes=(0, 1, 2, 4, 5, 7),
    example="vtclinic --home /srv/vtclinic init\n"
    "vtclinic init --non-interactive --admin-email it@harbour.example --password-stdin --shares-to /media/usb < password.txt",
)
@click.option("--non-interactive", is_flag=True, help="Ask nothing; needs --admin-email and --password-stdin.")
@click.option("--admin-email", metavar="ADDRESS", help="The first IT administrator's address.")
@click.option("--password-stdin", is_flag=True, help="Read that person's password from the first line of standard input.")
@click.option("--shares-to", type=click.Path(path_type=Path, file_okay=False), metavar="DIR", help="Write the recovery shares into files there.")
@click.pass_obj
def init(place: Place, non_interactive: bool, admin_email: str | None, password_stdin: bool, shares_to: Path | None) -> None:
    """Make a new installation: keys, recovery shares, first IT administrator.

    Makes the data folder, the master key, three recovery shares of which any two rebuild it, the control database and the first
    IT administrator. Interrupted, it goes on where it was; a finished installation is never overwritten.
    """
    if non_interactive and not (admin_email and password_stdin):
        raise click.UsageError("--non-interactive needs --admin-email and --password-stdin.")
    settings = place.settings()
    _refuse_finished(settings)
    address, password = _first_admin(admin_email, stdin=password_stdin)
    with set_up(settings, address, password) as instance:
        hand_out(instance.master, shares_to)
    say.line(f"The installation in {settings.home} is ready.\n")
    say.line("Next:")
    say.line("  vtclinic tenant create harbour --name Harbour --host harbour.example.org --country IE --timezone Europe/Dublin")
    say.line("  vtclinic key drill      prove that two shares rebuild the key")
    say.line("  vtclinic doctor         see what is missing before people come")
    say.line("  vtclinic serve")


def _refuse_finished(settings: Settings) -> None:
    # Before asking for anything; set_up asks again.
    if not settings.database_url and is_finished(settings):
        raise Conflict(f"There is an installation in {settings.home} already.", hint="Nothing was changed. Look at it with: vtclinic doctor")


def _first_admin(email: str | None, *, stdin: bool) -> tuple[str, str]:
    if not email and sys.stdin.isatty():
        email = str(click.prompt("E-mail address of the first IT administrator", err=True))
    if not email:
        raise click.UsageError("Give the first IT administrator's address with --admin-email.")
    address = tidy_address(email)
    password = read_secret("Their password", stdin=stdin, twice=True)
    check_password(password, second_step=True, known_words=[address, address.partition("@")[0], "vtclinic"])
    return address, password
