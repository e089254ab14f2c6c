"""The page on which administrators see the clinic's sessions of one day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, request

from vtclinic.core import clock
from vtclinic.core.access import roles
from vtclinic.core.i18n import current_timezone
from vtclinic.core.policy import CLINIC_ADMIN
from vtclinic.core.web import actor, page
from vtclinic.features.scheduling import clinic_day, screens

bp = Blueprint("clinic_day", __name__, template_folder="templates")
FIRST, LAST = date(1970, 1, 2), date(2200, 1, 1)


@bp.get("/clinic-sessions")
@roles(CLINIC_ADMIN)
def index() -> Response:
    """Show the clinic's sessions of one day."""
    today = clock.now().astimezone(current_timezone()).date()
    on = min(max(screens.read_day(request.args.get("day")) or today, FIRST), LAST)
    near: dict[str, Any] = {"earlier": on - timedelta(days=1), "later": on + timedelta(days=1), "today": today}
    return page("scheduling/clinic_day.html", rows=clinic_day.listed(actor(), on), on=on, **near, what=screens.what)
