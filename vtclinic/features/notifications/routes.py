"""Pages of news: what is new, what one wants to be told, and the browsers that show it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from uuid import UUID

from flask import Blueprint, Response, request

from vtclinic.core.access import anywhere, own_unit, public
from vtclinic.core.errors import Invalid
from vtclinic.core.web import actor, go, page, see
from vtclinic.features.notifications import choices, pushes, reading
from vtclinic.features.notifications.forms import ChoicesForm, PushForm
from vtclinic.identity.sessions import device_label

bp = Blueprint("notifications", __name__, template_folder="templates")
_WORKER = Path(__file__).resolve().parents[2] / "static" / "js" / "service-worker.js"


@bp.get("/news")
def index() -> Response:
    """Show what is new, newest first."""
    return page("notifications/news.html", lines=reading.lines(actor()))


@bp.post("/news/read")
def read_all() -> Response:
    """Note that everything was seen."""
    reading.mark_all_read(actor())
    return go("notifications.index")


@bp.get("/news/<uuid:uid>")
def follow(uid: UUID) -> Response:
    """Go where a letter or a notice leads; opening an address changes nothing, so the line stays new."""
    return see(reading.path_of(actor(), uid))


@bp.post("/news/<uuid:uid>/open")
def open_line(uid: UUID) -> Response:
    """Note that one line was seen, and go where it leads."""
    return see(reading.take(actor(), uid))


@bp.get("/news-choices")
def choose() -> Response:
    """Show what the reader is told, how and when."""
    found = choices.my_choices(actor())
    form = ChoicesForm(formdata=None, quiet_start=found.quiet[0], quiet_end=found.quiet[1])
    return _choices_page(form, found, saved="saved" in request.args)


@bp.post("/news-choices")
def choose_submit() -> Response:
    """Keep what the reader chose."""
    form, wanted = ChoicesForm(), _ticked()
    if form.validate_on_submit():
        try:
            choices.choose(actor(), wanted, (form.quiet_start.data or "", form.quiet_end.data or ""))
        except Invalid as error:
            form.take_errors(error)
        else:
            return go("notifications.choose", saved=1)
    found = choices.my_choices(actor())
    typed = replace(found, kinds=[(kind, wanted.get(kind.name, frozenset())) for kind, _ways in found.kinds])
    return _choices_page(form, typed, status=422)


@bp.post("/news/push/key")
def push_key() -> Response:
    """Tell this clinic's key to a browser that wants push."""
    return Response(pushes.clinic_key().public, mimetype="text/plain")


@bp.post("/news/push")
def push_on() -> Response:
    """Push to this browser."""
    form = PushForm()
    if form.validate_on_submit():
        pushes.allow(actor(), form.endpoint.data or "", form.p256dh.data or "", form.auth.data or "", device=device_label(request.user_agent.string))
    return go("notifications.choose", saved=1)


@bp.post("/news/push/<uuid:uid>/off")
def push_off(uid: UUID) -> Response:
    """Push to one browser no more."""
    pushes.remove(actor(), uid)
    return go("notifications.choose", saved=1)


@bp.get("/service-worker.js")
@public
@anywhere
@own_unit
def service_worker() -> Response:
    """Serve the module that shows notices; it stands at the root, so that it may answer for every page."""
    return Response(_WORKER.read_bytes(), content_type="text/javascript; charset=utf-8", headers={"Cache-Control": "no-cache"})


def _choices_page(form: ChoicesForm, found: choices.Choices, *, status: int = 200, saved: bool = False) -> Response:
    return page("notifications/choices.html", status=status, form=form, found=found, devices=pushes.devices(actor()), saved=saved)


def _ticked() -> dict[str, frozenset[str]]:
    pairs = [value.rpartition("|") for value in request.form.getlist("way")]
    return {kind: frozenset(way for name, _, way in pairs if name == kind) for kind, _, _ in pairs}
