"""`vtclinic user`: people's accounts at one clinic."""

from __future__ import annotations

from typing import Any

import click

from vtclinic.cli import say
from vtclinic.cli.lazy import Verb
from vtclinic.cli.opening import in_clinic
from vtclinic.cli.place import Place
from vtclinic.core.errors import NotFound
from vtclinic.core.policy import CLINIC_ADMIN, ROLES, SYSTEM
from vtclinic.core.uow import unit_of_work
from vtclinic.identity.accounts import disable_user, enable_user, invite_user, list_users, reset_second_step, user_by_email
from vtclinic.identity.models import User, UserState

at_clinic = click.option("--tenant", "slug", required=True, metavar="SLUG", help="The clinic's short name.")


@click.group("user")
def user() -> None:
    """Invite people to a clinic, list them, switch accounts off."""


@user.command(
    "invite",
    cls=Verb,
    codes=(0, 1, 2, 3, 4, 5, 7),
    example='vtclinic user invite mara@harbour.example --name "Mara Quinn" --role clinic_admin --tenant harbour',
)
@click.argument("address")
@click.option("--name", required=True, help="The person's full name.")
@click.option("--role", "roles", multiple=True, type=click.Choice(ROLES), default=(CLINIC_ADMIN,), show_default=True, help="May be given again.")
@at_clinic
@click.pass_obj
def invite(place: Place, address: str, name: str, roles: tuple[str, ...], slug: str) -> None:
    """Make an account and mail its owner a link to come in. Staff add a second step before anything else."""
    with in_clinic(place, slug), unit_of_work():
        invite_user(SYSTEM, email=address, name=name, roles=list(roles))
    say.line(f"{name} is invited to {slug}. The mail leaves as soon as vtclinic serves; the link works for seven days.")


@user.command("list", cls=Verb, codes=(0, 1, 2, 3, 7), example="vtclinic user list --tenant harbour --role therapist --json")
@at_clinic
@click.option("--role", type=click.Choice(ROLES), help="Only people with this role.")
@click.option("--state", type=click.Choice([str(each) for each in UserState]), help="Only accounts in this state.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def list_(place: Place, slug: str, role: str | None, state: str | None, as_json: bool) -> None:
    """List a clinic's accounts. No clinical data is read."""
    with in_clinic(place, slug), unit_of_work(write=False):
        rows = [_row(each) for each in list_users(SYSTEM, role=role, state=state)]
    if as_json:
        say.as_json(rows)
        return
    shown = [(row["name"], row["email"], ", ".join(row["roles"]), row["state"], row["made"]) for row in rows]
    say.table(["Name", "Address", "Roles", "State", "Since"], shown, empty="Nobody yet. Invite somebody with: vtclinic user invite")


@user.command("disable", cls=Verb, codes=(0, 1, 2, 3, 4, 7), example="vtclinic user disable mara@harbour.example --tenant harbour")
@click.argument("address")
@at_clinic
@click.pass_obj
def disable(place: Place, address: str, slug: str) -> None:
    """Switch an account off: its sign-ins end at once. Nothing is deleted."""
    with in_clinic(place, slug), unit_of_work():
        disable_user(SYSTEM, _find(address, slug).uid)
    say.line(f"{address} is switched off at {slug}.")


@user.command("enable", cls=Verb, codes=(0, 1, 2, 3, 4, 7), example="vtclinic user enable mara@harbour.example --tenant harbour")
@click.argument("address")
@at_clinic
@click.pass_obj
def enable(place: Place, address: str, slug: str) -> None:
    """Switch an account on again."""
    with in_clinic(place, slug), unit_of_work():
        enable_user(SYSTEM, _find(address, slug).uid)
    say.line(f"{address} is switched on again at {slug}.")


@user.command("reset-second-step", cls=Verb, codes=(0, 1, 2, 3, 4, 7), example="vtclinic user reset-second-step mara@harbour.example --tenant harbour")
@click.argument("address")
@at_clinic
@click.pass_obj
def reset(place: Place, address: str, slug: str) -> None:
    """Forget a person's second steps after they lost them all. Make sure by telephone that it is them."""
    with in_clinic(place, slug), unit_of_work():
        reset_second_step(SYSTEM, _find(address, slug).uid)
    say.line(f"{address} adds a new second step at the next sign-in to {slug}.")


def _find(address: str, slug: str) -> User:
    try:
        return user_by_email(address)
    except NotFound:
        raise NotFound(f"Nobody at {slug} has the address {address}.", hint=f"List them with: vtclinic user list --tenant {slug}") from None


def _row(found: User) -> dict[str, Any]:
    return {"uid": str(found.uid), "name": found.name, "email": found.email, "roles": found.roles, "state": found.state, "made": found.created_at}
