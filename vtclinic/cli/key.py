"""`vtclinic key`: the master key, its recovery shares, and clinics' keys."""

from __future__ import annotations

from pathlib import Path

import click

from vtclinic.cli import say
from vtclinic.cli.directory import opened
from vtclinic.cli.lazy import Verb
from vtclinic.cli.place import Place
from vtclinic.cli.secrets import read_shares
from vtclinic.cli.shares import hand_out
from vtclinic.console.service import reseal_secrets
from vtclinic.core.crypto.keys import MASTER_FILE
from vtclinic.core.crypto.shares import join_shares
from vtclinic.core.errors import Invalid, SettingsError
from vtclinic.core.policy import SYSTEM
from vtclinic.tenants.instance import control_exists
from vtclinic.tenants.rotation import note_drill, recover_master_key, rotate_clinic_key, rotate_master_key

shares_stdin = click.option("--shares-stdin", is_flag=True, help="Read the two shares from two lines of standard input.")
shares_to = click.option("--shares-to", type=click.Path(path_type=Path, file_okay=False), metavar="DIR", help="Write the new shares into files there.")


@click.group("key")
def key() -> None:
    """Recover, rehearse and rotate keys."""


@key.command("drill", cls=Verb, codes=(0, 1, 2, 5, 7), example="vtclinic key drill\ncat share-1.txt share-3.txt | vtclinic key drill --shares-stdin")
@shares_stdin
@click.pass_obj
def drill(place: Place, shares_stdin: bool) -> None:
    """Rehearse the recovery: prove that two shares rebuild the master key. Nothing is written but the date."""
    with opened(place) as directory:
        rebuilt = join_shares(read_shares(stdin=shares_stdin))
        if rebuilt != directory.instance.master:
            raise Invalid("These two shares make another key than this installation's.", hint="Look for the newest set of shares, or make one: vtclinic key shares")
        note_drill()
    say.line("These two shares rebuild the master key. The drill is noted with today's date.")


@key.command("recover", cls=Verb, codes=(0, 1, 2, 4, 5, 7), example="vtclinic key recover")
@shares_stdin
@click.pass_obj
def recover(place: Place, shares_stdin: bool) -> None:
    """Rebuild a lost or damaged master key from two shares. The key is written only when it fits this installation."""
    settings = place.settings()
    if not control_exists(settings):
        raise SettingsError(f"The folder {settings.home} holds no vtclinic installation.", hint="Bring its databases back first.")
    recover_master_key(settings, join_shares(read_shares(stdin=shares_stdin)))
    say.line(f"The master key is back in {settings.home / MASTER_FILE}.")


@key.command("shares", cls=Verb, codes=(0, 1, 2, 4, 7), example="vtclinic key shares --shares-to /media/usb")
@shares_to
@click.pass_obj
def shares(place: Place, shares_to: Path | None) -> None:
    """Make another set of three recovery shares. Earlier sets go on working; shares of different sets do not mix."""
    with opened(place) as directory:
        hand_out(directory.instance.master, shares_to)


@key.command("rotate-master", cls=Verb, codes=(0, 1, 2, 4, 7), example="vtclinic key rotate-master")
@shares_to
@click.pass_obj
def rotate_master(place: Place, shares_to: Path | None) -> None:
    """Replace the master key and hand out new recovery shares.

    Every clinic's keys are wrapped anew in one transaction; what people wrote is not touched. Stop vtclinic before and start it after.
    Interrupted, the installation has either the old key or the new one, never half of each.
    """
    with opened(place) as directory:
        new = rotate_master_key(directory.instance, SYSTEM, also=reseal_secrets)
    say.line("The master key is new. The older recovery shares open only backups from before today.")
    hand_out(new, shares_to)
    say.line("Now restart vtclinic, and rehearse with: vtclinic key drill")


@key.command("rotate", cls=Verb, codes=(0, 1, 2, 3, 4, 7), example="vtclinic key rotate --tenant harbour")
@click.option("--tenant", "slug", required=True, metavar="SLUG", help="The clinic's short name.")
@click.pass_obj
def rotate(place: Place, slug: str) -> None:
    """Give a clinic a new key and wrap every patient's key under it, while the clinic goes on working.

    Takes some seconds longer than the work, so that every process has noticed. Interrupted, the same command goes on where it was.
    """
    with opened(place) as directory, say.progress() as bar:
        task = bar.add_task("Patients' keys", total=None)
        done = rotate_clinic_key(directory.instance, SYSTEM, slug, tell=lambda done, total: bar.update(task, completed=done, total=total))
    say.line(f"{slug} has a new key; {done} patients' keys were wrapped anew.")
