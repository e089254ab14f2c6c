"""Therapists read notes without a name and say what they think."""

from __future__ import annotations

from uuid import UUID

from flask import Response, flash, request

from vtclinic.core.access import roles
from vtclinic.core.errors import Invalid
from vtclinic.core.i18n import gettext as _
from vtclinic.core.policy import THERAPIST
from vtclinic.core.web import actor, go, page
from vtclinic.features.matching import notes
from vtclinic.features.matching.routes.blueprint import bp

therapists = roles(THERAPIST)


@bp.get("/waiting-notes")
@therapists
def waiting_notes() -> Response:
    """Show notes of people who wait and whom this therapist could take."""
    return page("matching/notes.html", notes=notes.for_therapist(actor()), most=notes.MOST_RANK)


@bp.post("/waiting-notes/<uuid:uid>")
@therapists
def answer_note(uid: UUID) -> Response:
    """Say interested or not a fit, or take it back."""
    says = request.form.get("says", "")
    try:
        if says == "nothing":
            notes.take_back(actor(), uid)
        else:
            notes.say(actor(), uid, says, rank=request.form.get("rank", type=int), reason=request.form.get("reason", "").strip())
        flash(_("Saved. Nobody is told before the clinic has looked at it."), "ok")
    except Invalid as error:
        flash(error.message, "note")
    return go("matching.waiting_notes")
