"""Pages that belong to no feature: help now, the theme's stylesheet, the logo, and the two health probes."""

from __future__ import annotations

from functools import cache

from flask import Blueprint, Response, current_app, request, send_file
from sqlalchemy import text

from vtclinic.core import jobs
from vtclinic.core.access import anywhere, own_unit, public
from vtclinic.core.errors import ClinicError, NotFound
from vtclinic.core.i18n import known_locale
from vtclinic.core.scope import ClinicScope, maybe_clinic
from vtclinic.core.uow import control_unit_of_work
from vtclinic.tenants.helpnow import FILE, HelpNowContext, build_help_now, help_now_csp_hash, page_name
from vtclinic.tenants.instance import Instance, control_url
from vtclinic.tenants.look import LOGO, stylesheet
from vtclinic.tenants.migrate import head, version

bp = Blueprint("tenants", __name__)
YEAR = "public, max-age=31536000, immutable"


@bp.get("/help-now")
@public
@anywhere
@own_unit
def help_now() -> Response:
    """Serve the prebuilt page; no session, no database."""
    answer = Response(_help_now(maybe_clinic()), content_type="text/html; charset=utf-8")
    answer.headers["Content-Security-Policy"] = f"default-src 'none'; style-src {help_now_csp_hash()}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    answer.headers["Cache-Control"] = "public, max-age=300"
    return answer


@bp.get("/theme/<digest>.css")
@public
@anywhere
@own_unit
def theme(digest: str) -> Response:
    """Serve a clinic's stylesheet; its name changes with its content, so it is kept for a year."""
    css = stylesheet(digest)
    if css is None:
        raise NotFound()
    return Response(css, content_type="text/css; charset=utf-8", headers={"Cache-Control": YEAR})


@bp.get("/logo.png")
@public
@own_unit
def logo() -> Response:
    """Serve the clinic's logo."""
    clinic = maybe_clinic()
    if clinic is None or not clinic.has_logo:
        raise NotFound()
    return send_file(clinic.files / "public" / LOGO, mimetype="image/png", max_age=3600)


@bp.get("/healthz")
@public
@anywhere
@own_unit
def alive() -> Response:
    """Tell that this process answers."""
    return Response("ok\n", content_type="text/plain")


@bp.get("/readyz")
@public
@anywhere
@own_unit
def ready() -> Response:
    """Tell whether this process can do its work: database and queue answer, schema is current."""
    instance: Instance = current_app.extensions["vt.instance"]
    problem = _problem(instance)
    return Response(f"{problem or 'ready'}\n", status=503 if problem else 200, content_type="text/plain")


def _help_now(clinic: ClinicScope | None) -> bytes:
    if clinic is None:
        return _anybodys()
    public = clinic.files / "public"
    asked = public / page_name(known_locale(request.args.get("lang", clinic.locale)))
    for file in (asked, public / FILE):
        if file.exists():
            return file.read_bytes()
    return _anybodys()


@cache
def _anybodys() -> bytes:
    return build_help_now(HelpNowContext(name="", country=""))


def _problem(instance: Instance) -> str:
    try:
        with control_unit_of_work(write=False) as control:
            control.execute(text("SELECT 1"))
        if version(control_url(instance.settings)) != head("control"):
            return "schema behind: run vtclinic db upgrade"
        jobs.ping()
    except ClinicError as error:
        return error.message or type(error).__name__
    return ""

