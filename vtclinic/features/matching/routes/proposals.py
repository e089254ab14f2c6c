"""Searching for everybody who waits, and deciding line by line."""

from __future__ import annotations

from uuid import UUID

from flask import Response, flash, request

from vtclinic.core.access import roles
from vtclinic.core.errors import Conflict, NotFound
from vtclinic.core.i18n import gettext as _
from vtclinic.core.policy import CLINIC_ADMIN
from vtclinic.core.web import actor, go, page
from vtclinic.features.matching import batching
from vtclinic.features.matching.models import Method, ProposalState
from vtclinic.features.matching.routes.blueprint import bp
from vtclinic.features.matching.words import kinds_that_block, kinds_that_fit

admins = roles(CLINIC_ADMIN)


@bp.get("/match-requests/proposals")
@admins
def proposals() -> Response:
    """Show the open search, how far it is, or its lines; before one, what a search does."""
    batch = batching.open_batch()
    lines = batching.lines(actor(), batch, request.args.get("page", 1, type=int)) if batch is not None and not batch.is_working else None
    return page("matching/proposals.html", batch=batch, lines=lines, fits=kinds_that_fit, blocks=kinds_that_block, waiting=batching.count_waiting(actor()) if batch is None else 0)


@bp.get("/match-requests/proposals/progress")
@admins
def progress() -> Response:
    """Show how far the search is; the page asks again by itself."""
    batch = batching.open_batch()
    answer = page("matching/progress.html", batch=batch)
    if batch is None or not batch.is_working:
        answer.headers["HX-Refresh"] = "true"
    return answer


@bp.post("/match-requests/proposals")
@admins
def start_search() -> Response:
    """Start a search, or show the one that a colleague has started."""
    wanted = request.form.get("method", "")
    if wanted not in set(Method):
        raise NotFound()
    if batching.open_batch() is not None:
        flash(_("A search is open already. Here it is."), "note")
    batching.start(actor(), Method(wanted))
    return go("matching.proposals")


@bp.post("/match-requests/proposals/<uuid:uid>/close")
@admins
def close_search(uid: UUID) -> Response:
    """Put a proposal away, or stop a search."""
    batching.close(actor(), uid)
    flash(_("It was put away. Nobody was offered anything but what was accepted."), "ok")
    return go("matching.proposals")


@bp.post("/match-requests/lines/<uuid:uid>/accept")
@admins
def accept_line(uid: UUID) -> Response:
    """Offer what was found."""
    return _decide(uid, accepted=True)


@bp.post("/match-requests/lines/<uuid:uid>/skip")
@admins
def skip_line(uid: UUID) -> Response:
    """Leave somebody waiting."""
    return _decide(uid, accepted=False)


def _decide(uid: UUID, *, accepted: bool) -> Response:
    # Back to the page it was decided on; the first one's address needs no number.
    here = request.form.get("page", type=int)
    try:
        row = batching.accept(actor(), uid) if accepted else batching.skip(actor(), uid)
    except Conflict as error:
        flash(error.message, "note")
        return go("matching.proposals", page=here)
    if row.state == ProposalState.STALE:
        flash(_("This line holds no longer: the person or the therapist has changed since the search. Nothing was sent. Start a new search for them."), "note")
    elif accepted:
        flash(_("Sent. They see their choices and decide. The place is kept for 7 days."), "ok")
    return go("matching.proposals", page=here)
