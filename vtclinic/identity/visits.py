"""The browser's side of a sign-in: its cookie, its device, its place."""

from __future__ import annotations

from flask import current_app, request, url_for
from flask import session as cookie

from vtclinic.core.policy import ANONYMOUS, Actor
from vtclinic.core.scope import current_clinic
from vtclinic.core.web import Reader, actor, safe_next
from vtclinic.identity import sessions
from vtclinic.identity.models import LoginSession, Stage
from vtclinic.identity.passkeys import RelyingParty
from vtclinic.identity.sessions import Begun, Visit, device_label
from vtclinic.identity.throttle import place_of

TOKEN, NEXT = "sid", "next"
HOME = "/"
NEXT_STEPS: dict[str, str] = {
    Stage.CONFIRM: "identity.check_mail",
    Stage.SECOND_STEP: "identity.second_step",
    Stage.SET_UP: "identity.set_up",
}


def load_actor() -> tuple[Actor, Reader | None]:
    """Return who sends this request and how they read; called by the edge within a unit of work."""
    row = sessions.find(cookie.get(TOKEN))
    if row is None:
        return ANONYMOUS, None
    sessions.seen(row)
    user = row.user
    return sessions.actor_for(row), Reader(user.locale, user.timezone, user.appearance, user.easier_letters)


def next_step(who: Actor) -> str | None:
    """Return where a half-finished sign-in belongs."""
    return NEXT_STEPS.get(who.role)


def visit() -> Visit:
    """Describe this browser to the services."""
    return Visit(device_label(request.user_agent.string), place_of(request.remote_addr), cookie.get(TOKEN))


def over() -> LoginSession | None:
    """Return the sign-in of this browser that a time-out ended, for telling so in words."""
    row = sessions.look(cookie.get(TOKEN))
    return row if row is not None and row.revoked_at is None and row.stage == Stage.OPEN and sessions.why_over(row) else None


def enter(begun: Begun, *, onward: str = "") -> str:
    """Put a begun sign-in into the cookie and return the path to go on to.

    Everything else in the cookie goes: what somebody planted there before is worth nothing now.
    """
    onward = onward or str(cookie.get(NEXT) or "")
    cookie.clear()
    cookie[TOKEN] = begun.token
    if begun.stage == Stage.OPEN:
        return safe_next(onward, HOME)
    if onward:
        cookie[NEXT] = safe_next(onward, HOME)
    return url_for(NEXT_STEPS[begun.stage])


def leave() -> None:
    """Forget everything this browser holds for us."""
    cookie.clear()


def site() -> RelyingParty:
    """Return the relying party of passkeys: the hostname of this request, which is one of the clinic's."""
    clinic = current_clinic()
    host = request.host.rsplit(":", 1)[0].lower()
    scheme = current_app.extensions["vt.house"].settings.public_scheme
    return RelyingParty(host if host in clinic.hosts else clinic.host, clinic.name, (f"{scheme}://{request.host}",))


def wants_next() -> str:
    """Return the path of ours a page was asked to go on to, or nothing."""
    return safe_next(request.values.get(NEXT), "")


__all__ = ["actor", "enter", "leave", "load_actor", "next_step", "over", "site", "visit", "wants_next"]
