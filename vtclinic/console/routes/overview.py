"""Pages about the instance as a whole: themes, health, the record of acts."""

from __future__ import annotations

from flask import Response, request

from vtclinic.console import admins, clinics
from vtclinic.console.policy import IT_ADMIN, runs_instance
from vtclinic.console.routes.blueprint import bp
from vtclinic.console.visits import instance
from vtclinic.console.words import act_words, actor_words
from vtclinic.core.access import console, own_unit, roles
from vtclinic.core.policy import authorize
from vtclinic.core.web import actor, page
from vtclinic.tenants.doctor import Level, examine


@bp.get("/themes")
@console
@roles(IT_ADMIN)
def themes() -> Response:
    """List the themes and what the contrast gate says about each."""
    return page("console/themes.html", themes=clinics.list_themes(instance(), actor()))


@bp.get("/health")
@console
@roles(IT_ADMIN)
@own_unit
def health() -> Response:
    """Say that all is well, or what is wrong and which command corrects it."""
    authorize(actor(), runs_instance)
    found = examine(instance().settings)
    problems = [finding for finding in found if finding.level == Level.PROBLEM]
    return page("console/health.html", problems=problems, warnings=[finding for finding in found if finding not in problems])


@bp.get("/audit")
@console
@roles(IT_ADMIN)
def audit() -> Response:
    """Show who did what to this instance, and whether the record is whole."""
    view = clinics.acts(instance(), actor(), here=request.args.get("page", 1, type=int))
    names = {row.uid: row.email for row in admins.list_admins(actor())}
    shown = {str(uid): email for uid, email in names.items()}
    return page("console/audit.html", view=view, names=names, shown=shown, act_words=act_words, actor_words=actor_words)
