"""The browser's side of a sign-in to the console: its cookie, its device, its place."""

from __future__ import annotations

from flask import current_app, request, url_for
from flask import session as cookie

from vtclinic.console import sessions
from vtclinic.console.models import InstanceSession
from vtclinic.core.i18n import known_timezone
from vtclinic.core.policy import ANONYMOUS, Actor
from vtclinic.core.web import Reader, safe_next
from vtclinic.identity.models import Stage
from vtclinic.identity.passkeys import RelyingParty
from vtclinic.identity.sessions import Begun, Visit, device_label
from vtclinic.identity.throttle import place_of
from vtclinic.tenants.instance import Instance

TOKEN, NEXT = "console", "next"
HOME = "/console/clinics"
NEXT_STEPS = {sessions.ROLE_OF[Stage.SECOND_STEP]: "console.second_step", sessions.ROLE_OF[Stage.SET_UP]: "console.set_up"}


def instance() -> Instance:
    """Return the installation this process serves."""
    found: Instance = current_app.extensions["vt.instance"]
    return found


def load_actor() -> tuple[Actor, Reader | None]:
    """Return who sends this request; called by the edge within a unit of work on the control database."""
    row = sessions.find(instance(), cookie.get(TOKEN))
    if row is None:
        return ANONYMOUS, None
    sessions.seen(row)
    return sessions.actor_for(row), Reader("en", known_timezone("UTC"))


def next_step(who: Actor) -> str | None:
    """Return where a half-finished sign-in belongs."""
    return NEXT_STEPS.get(who.role)


def visit() -> Visit:
    """Describe this browser to the services."""
    return Visit(device_label(request.user_agent.string), place_of(request.remote_addr), cookie.get(TOKEN))


def over() -> InstanceSession | None:
    """Return the sign-in of this browser that a time-out ended, for telling so in words."""
    row = sessions.look(instance(), cookie.get(TOKEN))
    return row if row is not None and row.revoked_at is None and row.stage == Stage.OPEN and sessions.why_over(row) else None


def enter(begun: Begun, *, onward: str = "") -> str:
    """Put a begun sign-in into the cookie and return the path to go on to; everything else in the cookie goes."""
    onward = safe_next(onward or str(cookie.get(NEXT) or ""), "")
    cookie.clear()
    cookie[TOKEN] = begun.token
    if begun.stage == Stage.OPEN:
        return onward or HOME
    if onward:
        cookie[NEXT] = onward
    return url_for(NEXT_STEPS[sessions.ROLE_OF[begun.stage]])


def leave() -> None:
    """Forget everything this browser holds for us."""
    cookie.clear()


def site() -> RelyingParty:
    """Return the relying party of passkeys: the console's own hostname, which no clinic shares."""
    settings = instance().settings
    return RelyingParty(settings.console_host, "vtclinic console", (f"{settings.public_scheme}://{request.host}",))


def wants_next() -> str:
    """Return the path of ours a page was asked to go on to, or nothing."""
    return safe_next(request.values.get(NEXT), "")
