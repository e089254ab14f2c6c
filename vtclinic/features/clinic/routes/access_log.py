"""Pages of the clinic's access log."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, request, url_for
from wtforms.fields.choices import SelectChoice

from vtclinic.core.access import roles
from vtclinic.core.i18n import gettext as _
from vtclinic.core.policy import CLINIC_ADMIN
from vtclinic.core.web import actor, go, page
from vtclinic.features.clinic import access_log as service
from vtclinic.features.clinic.forms import LogForm
from vtclinic.features.clinic.routes.blueprint import bp
from vtclinic.features.clinic.words import KINDS, act_words, role_words


@bp.get("/access-log", endpoint="access_log")
@roles(CLINIC_ADMIN)
def log() -> Response:
    """Show who opened or changed what."""
    form = LogForm(request.args)
    form.kind.choices = [SelectChoice("", _("Everything")), *(SelectChoice(kind, words) for kind, words in KINDS.items())]
    form.validate()
    asked = service.Question(
        kind=form.kind.data or "",
        who=form.who.data or "",
        patient=form.patient.data or "",
        first=form.first.data,
        last=form.last.data,
        here=request.args.get("page", 1, type=int),
    )
    kept = {key: value for key, value in request.args.items() if key != "page" and value}
    view = service.read_log(actor(), asked)
    return page("clinic/access_log.html", view=view, form=form, asked=asked, kept=kept, act_words=act_words, role_words=role_words, page_url=_page_url(kept))


@bp.post("/access-log/check")
@roles(CLINIC_ADMIN)
def check_log() -> Response:
    """Check the whole chain and say what came of it."""
    found = service.check_log(actor())
    if found.sound:
        flash(_("Checked just now: all %(rows)s entries are as they were written.", rows=found.rows), "ok")
    else:
        flash(_("Entry %(number)s does not fit. Somebody changed the log outside this program. Tell who runs your server today.", number=found.broken_at), "fix")
    return go("clinic.access_log")


def _page_url(kept: dict[str, str]) -> dict[str, str]:
    values: dict[str, Any] = {**kept, "page": 0}
    return {"base": url_for("clinic.access_log", **values)[:-1]}
