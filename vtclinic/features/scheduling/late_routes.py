"""The list of late changes, for therapists and clinic administrators, and letting one go."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, flash

from vtclinic.core.access import roles
from vtclinic.core.i18n import gettext as _
from vtclinic.core.policy import CLINIC_ADMIN, THERAPIST
from vtclinic.core.web import actor, go, page
from vtclinic.features.scheduling import late
from vtclinic.features.scheduling.forms import WaiveForm

bp = Blueprint("late", __name__, url_prefix="/late-changes", template_folder="templates")
staff = roles(THERAPIST, CLINIC_ADMIN)


@bp.get("")
@staff
def index() -> Response:
    """Show late changes, newest first."""
    return page("scheduling/late.html", rows=late.listed(actor()), reasons=late.REASONS)


@bp.post("/<uuid:uid>/waive")
@staff
def waive(uid: UUID) -> Response:
    """Let one go, with a reason."""
    form = WaiveForm()
    late.waive(actor(), uid, form.reason.data or "" if form.validate() else "")
    flash(_("Noted. It does not count."), "ok")
    return go("late.index")
