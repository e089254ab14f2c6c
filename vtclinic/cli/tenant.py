"""`vtclinic tenant`: clinics as such."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from vtclinic.cli import say
from vtclinic.cli.directory import opened
from vtclinic.cli.lazy import Late, LazyGroup, Verb
from vtclinic.cli.place import Place
from vtclinic.core.policy import SYSTEM
from vtclinic.core.uow import control_unit_of_work
from vtclinic.tenants.helpnow import LEAVE_URL, refresh_help_now
from vtclinic.tenants.instance import Instance, clinic_url
from vtclinic.tenants.migrate import head, version
from vtclinic.tenants.models import Clinic, ClinicState, Registration
from vtclinic.tenants.resolve import base_url
from vtclinic.tenants.service import NewClinic, create_clinic, find_clinic, list_clinics, resume_clinic, suspend_clinic

MOVES = {
    "export": Late("vtclinic.cli.moves", "export", "Write a clinic into one encrypted file."),
    "import": Late("vtclinic.cli.moves", "import_", "Bring a clinic in from such a file."),
    "erase": Late("vtclinic.cli.moves", "erase", "Destroy a clinic's keys, then its data."),
}


class TenantGroup(LazyGroup):
    """Lists the verbs that live here before the ones that are imported late."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write all verbs in the order of a clinic's life."""
        here = [(name, command.get_short_help_str(80)) for name, command in self.commands.items()]
        with formatter.section("Commands"):
            formatter.write_dl(here + [(name, late.line) for name, late in self.late.items()])


@click.group("tenant", cls=TenantGroup, late=MOVES)
def tenant() -> None:
    """Make, list, pause, move and erase clinics."""


@tenant.command(
    "create",
    cls=Verb,
    codes=(0, 1, 2, 4, 5, 7),
    example="vtclinic tenant create harbour --name Harbour --host harbour.example.org --country IE --timezone Europe/Dublin --theme warm",
)
@click.argument("slug")
@click.option("--name", required=True, help="As people read it.")
@click.option("--host", "hosts", multiple=True, required=True, help="A hostname that leads here; may be given again. Mails use the first.")
@click.option("--country", required=True, metavar="CC", help="Two letters; decides which help lines are shown.")
@click.option("--timezone", required=True, metavar="ZONE", help="For example Europe/Dublin.")
@click.option("--locale", default="en", show_default=True, help="The language to begin with.")
@click.option("--theme", default="calm", show_default=True, help="See: vtclinic theme list")
@click.option("--registration", type=click.Choice([str(each) for each in Registration]), default="open", show_default=True)
@click.option("--leave-url", default=LEAVE_URL, show_default=True, metavar="URL", help="Where “leave quickly” goes.")
@click.pass_obj
def create(place: Place, **given: Any) -> None:
    """Make a clinic. SLUG is its short name: small letters, digits and hyphens.

    The clinic serves people once everything about it is made; interrupted, the same command starts over.
    """
    with opened(place) as directory:
        create_clinic(directory.instance, SYSTEM, NewClinic(**given))
        address = base_url(directory.instance.settings, given["hosts"][0])
    say.line(f"{given['name']} is ready at {address}")
    say.line(f"Next, its first administrator: vtclinic user invite ADDRESS --name NAME --role clinic_admin --tenant {given['slug']}")


@tenant.command("list", cls=Verb, codes=(0, 1, 2, 7), example="vtclinic tenant list --json")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def list_(place: Place, as_json: bool) -> None:
    """List the clinics of this installation."""
    with opened(place), control_unit_of_work(write=False):
        rows = [_brief(clinic) for clinic in list_clinics()]
    if as_json:
        say.as_json(rows)
        return
    shown = [(row["slug"], row["name"], row["state"], row["hosts"][0] if row["hosts"] else "", row["country"], row["theme"]) for row in rows]
    say.table(["Clinic", "Name", "State", "Host", "Country", "Theme"], shown, empty="There is no clinic yet. Make one with: vtclinic tenant create")


@tenant.command("show", cls=Verb, codes=(0, 1, 2, 3, 7), example="vtclinic tenant show harbour")
@click.argument("slug")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def show(place: Place, slug: str, as_json: bool) -> None:
    """Show one clinic: names, state, versions, size."""
    with opened(place) as directory, control_unit_of_work(write=False):
        found = _full(directory.instance, find_clinic(slug))
    if as_json:
        say.as_json(found)
        return
    say.facts((key.replace("_", " "), ", ".join(value) if isinstance(value, list) else value) for key, value in found.items())


@tenant.command("suspend", cls=Verb, codes=(0, 1, 2, 3, 4, 7), example="vtclinic tenant suspend harbour")
@click.argument("slug")
@click.pass_obj
def suspend(place: Place, slug: str) -> None:
    """Stop serving a clinic's people; they see a calm page with help. Nothing is deleted."""
    with opened(place) as directory, control_unit_of_work():
        suspend_clinic(directory.instance, SYSTEM, slug)
    say.line(f"{slug} is suspended. Serve it again with: vtclinic tenant resume {slug}")


@tenant.command("resume", cls=Verb, codes=(0, 1, 2, 3, 4, 7), example="vtclinic tenant resume harbour")
@click.argument("slug")
@click.pass_obj
def resume(place: Place, slug: str) -> None:
    """Serve a suspended clinic again."""
    with opened(place) as directory, control_unit_of_work():
        resume_clinic(directory.instance, SYSTEM, slug)
    say.line(f"{slug} is served again.")


@tenant.command("help-now", cls=Verb, codes=(0, 1, 2, 3, 5, 7), example="vtclinic tenant help-now\nvtclinic tenant help-now harbour")
@click.argument("slug", required=False)
@click.pass_obj
def help_now(place: Place, slug: str | None) -> None:
    """Write the help-now pages anew: one clinic's, or all. Do it after an upgrade brought new numbers."""
    with opened(place) as directory:
        slugs = [slug] if slug else directory.slugs(ClinicState.ACTIVE, ClinicState.SUSPENDED)
        for each in slugs:
            refresh_help_now(directory.by_slug(each))
    say.line(f"Written for {', '.join(slugs)}." if slugs else "There is no clinic yet.")


def _brief(clinic: Clinic) -> dict[str, Any]:
    return {
        "slug": clinic.slug,
        "name": clinic.name,
        "state": clinic.state,
        "hosts": [row.host for row in clinic.hosts],
        "country": clinic.country,
        "timezone": clinic.timezone,
        "locale": clinic.locale,
        "theme": clinic.theme,
        "registration": clinic.registration,
    }


def _full(instance: Instance, clinic: Clinic) -> dict[str, Any]:
    files = instance.settings.clinics / clinic.slug
    at = version(clinic_url(instance.settings, clinic))
    return _brief(clinic) | {
        "uid": str(clinic.uid),
        "made": clinic.created_at,
        "database": "PostgreSQL" if clinic.database_url else "SQLite file",
        "schema": f"{at} (newest)" if at == head("clinic") else f"{at}, behind {head('clinic')}",
        "key_version": max((row.version for row in clinic.keys), default=0),
        "megabytes_on_disk": round(_size(files) / 1_000_000, 1),
    }


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
