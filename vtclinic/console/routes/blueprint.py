"""The blueprint all pages of the console hang on, and how it is wired to an application."""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask.blueprints import BlueprintSetupState

from vtclinic.console import visits
from vtclinic.core.access import CONSOLE
from vtclinic.core.policy import Actor
from vtclinic.core.web import Edge, go, space

bp = Blueprint("console", __name__, url_prefix="/console", template_folder="../templates")


@bp.record_once
def wire(state: BlueprintSetupState) -> None:
    """Tell the edge who asks at the console's host, and where a half-finished sign-in there belongs."""
    here: Edge = state.app.extensions["vt.edge"]
    clinics_next = here.next_step

    def next_step(who: Actor) -> str | None:
        return visits.next_step(who) or clinics_next(who)

    here.load_console_actor, here.next_step = visits.load_actor, next_step


@bp.before_app_request
def front() -> Response | None:
    """Lead from the console's bare address to its first page; the same path at a clinic's host is the clinic's."""
    if space() == CONSOLE and request.path == "/":
        return go("console.clinics")
    return None
