"""The clinic's list of who waits."""

from __future__ import annotations

from uuid import UUID

from flask import Response, flash, request

from vtclinic.core.access import roles
from vtclinic.core.errors import Conflict
from vtclinic.core.i18n import gettext as _
from vtclinic.core.policy import CLINIC_ADMIN
from vtclinic.core.web import actor, go, page
from vtclinic.features.matching import asking
from vtclinic.features.matching.routes.blueprint import bp

admins = roles(CLINIC_ADMIN)
ROWS = 50


@bp.get("/match-requests")
@admins
def waiting() -> Response:
    """Show the clinic who waits."""
    lines = asking.waiting(actor())
    pages = max(1, -(-len(lines) // ROWS))
    here = min(max(1, request.args.get("page", 1, type=int)), pages)
    return page("matching/waiting.html", lines=lines[(here - 1) * ROWS : here * ROWS], total=len(lines), here=here, pages=pages)


@bp.post("/match-requests/<uuid:uid>/take")
@admins
def take(uid: UUID) -> Response:
    """Make a request one's own."""
    try:
        asking.take(actor(), uid)
        flash(_("It is yours. Write to this person, or call, the way they allowed."), "ok")
    except Conflict as error:
        flash(error.message, "note")
    return go("matching.waiting")


@bp.post("/match-requests/<uuid:uid>/close")
@admins
def close(uid: UUID) -> Response:
    """Note that somebody was helped."""
    asking.close_request(actor(), uid)
    return go("matching.waiting")
