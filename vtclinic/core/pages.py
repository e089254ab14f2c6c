"""What every template can use, and the pages shown when something went wrong."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, current_app, g, render_template, request, url_for
from flask_wtf.csrf import CSRFError, generate_csrf
from jinja2 import Template
from jinja2.runtime import Context
from markupsafe import Markup
from sqlalchemy import ScalarSelect, select
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from vtclinic.core import clock
from vtclinic.core.errors import ClinicError, ClinicSuspended, TooMany
from vtclinic.core.feature import NavItem
from vtclinic.core.i18n import current_locale, direction, fmt, install, language_tag
from vtclinic.core.policy import ANONYMOUS, Actor
from vtclinic.core.scope import maybe_clinic
from vtclinic.core.uow import in_unit, session
from vtclinic.core.web import CONSOLE, NOWHERE, actor, edge, reader, space

log = logging.getLogger(__name__)
HELP_URL = "/help-now"
LAST_RESORT = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>This page did not work</title>'
    '<h1>This page did not work</h1><p>What you wrote is saved. <a href="/">Go to Home</a>.</p><p><a href="/help-now">Get help now</a></p></html>'
)
KNOWN = {400, 401, 403, 404, 405, 409, 410, 413, 422, 429, 500, 503}


@dataclass(frozen=True)
class NavEntry:
    """One link of the navigation as the page shows it."""

    endpoint: str
    label: str
    icon: str
    url: str
    current: bool
    count: int
    is_help: bool
    place: str


class OneModuleTemplate(Template):
    """A template whose macros are made once: all our templates have the same globals, so an import need not compare them each time."""

    def _get_default_module(self, ctx: Context | None = None) -> Any:
        if self._module is None:
            self._module = self.make_module()
        return self._module


def prepare_templates(app: Flask, nav: Iterable[NavItem], words: Mapping[str, str]) -> None:
    """Give the templates of `app` their names."""
    ordered = sorted(nav, key=lambda item: item.order)
    app.jinja_env.template_class = OneModuleTemplate
    install(app.jinja_env)
    app.jinja_env.globals.update(fmt=fmt, csrf_token=generate_csrf, static_url=static_url, drawn_icon=drawn_icon, help_url=HELP_URL)

    @app.context_processor
    def names() -> dict[str, Any]:
        clinic = maybe_clinic()
        who = actor()
        reads = reader() if "reader" in g else None
        return {
            "clinic": clinic,
            "actor": who,
            "words": {**words, **(clinic.words if clinic else {})},
            "lang": language_tag(),
            "dir": direction(),
            "locale": current_locale(),
            "theme_url": url_for("tenants.theme", digest=clinic.theme_css) if clinic else url_for("tenants.theme", digest=current_app.extensions["vt.default_look"]),
            "appearance": reads.appearance if reads else "auto",
            "easier_letters": bool(reads and reads.easier_letters),
            "leave_url": clinic.leave_url if clinic else app.extensions["vt.leave_url"],
            "now": clock.now(),
            "is_console": space() == CONSOLE,
            "nav_items": lambda: nav_entries(ordered, who),
        }


def nav_entries(items: Iterable[NavItem], who: Actor) -> list[NavEntry]:
    """Return one role's navigation with its counts; empty when nobody is signed in or the sign-in is half done."""
    if not who.known or edge().next_step(who) is not None:
        return []
    counting, path, blueprint = in_unit(), request.path, request.blueprint
    shown = [(item, url_for(item.endpoint)) for item in items if item.role == who.role]
    # The address decides; a page below none of the entries belongs to the one of its own feature.
    below = {url for _, url in shown if path == url or path.startswith(f"{url}/")}
    own = {url for item, url in shown if item.place == "main" and item.endpoint.split(".")[0] == blueprint}
    counts = _counted([item.count(who) if item.count and counting else 0 for item, _ in shown])
    return [_entry(item, url, url in (below or own), count) for (item, url), count in zip(shown, counts, strict=True)]


def _counted(told: list[int | ScalarSelect[int]]) -> list[int]:
    queries = [each for each in told if isinstance(each, ScalarSelect)]
    answers = iter(session().execute(select(*queries)).one() if queries else ())
    return [next(answers) if isinstance(each, ScalarSelect) else each for each in told]


def _entry(item: NavItem, url: str, here: bool, count: int) -> NavEntry:
    return NavEntry(item.endpoint, str(item.label), item.icon, url, here, count, item.count_is_help, item.place)


def static_url(path: str) -> str:
    """Return a static file's address with a digest of its content, so that browsers may keep it for a year."""
    folder = current_app.static_folder
    assert folder is not None
    return _static_url(folder, request.script_root, path)


@lru_cache(maxsize=512)
def _static_url(folder: str, _root: str, path: str) -> str:
    # A page with many icons asks dozens of times.
    return url_for("static", filename=path, v=hashlib.sha256((Path(folder) / path).read_bytes()).hexdigest()[:12])


def drawn_icon(name: str, *, flip: bool = False, label: str = "", **more: str) -> Markup:
    """Return one of static/icons.svg as markup; decorative unless `label` names it. `class` adds to its classes."""
    own = more.get("class", "")
    return _drawn_icon(static_url("icons.svg"), name, f"vt-icon{' vt-flip' if flip else ''}{' ' + own if own else ''}", label)


@lru_cache(maxsize=1024)
def _drawn_icon(sheet: str, name: str, classes: str, label: str) -> Markup:
    said = Markup(' role="img" aria-label="{}"').format(label) if label else Markup(' aria-hidden="true"')
    return Markup('<svg class="{}"{}><use href="{}#i-{}"/></svg>').format(classes, said, sheet, name)


def install_error_pages(app: Flask) -> None:
    """Turn errors into pages that say what happened, what is safe and where help is."""
    app.register_error_handler(ClinicError, _clinic_error)
    app.register_error_handler(CSRFError, lambda _error: error_page(400, template="errors/form_expired.html"))
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(OperationalError, _database_error)
    app.register_error_handler(Exception, _unforeseen)


def error_page(status: int, *, message: str = "", hint: str = "", retry_after: int | None = None, template: str = "") -> Response:
    """Render the page of one status; it needs neither database nor session."""
    shown = status if status in KNOWN else (500 if status >= 500 else 400)
    g.actor = ANONYMOUS
    name = template or ("errors/unknown_host.html" if space() == NOWHERE else f"errors/{shown}.html")
    try:
        text = render_template(name, message=message, hint=hint, status=shown)
    except Exception as error:
        _log(error)
        text = LAST_RESORT
    answer: Response = current_app.make_response((text, status))
    if retry_after is not None:
        answer.headers["Retry-After"] = str(retry_after)
    return answer


def _clinic_error(error: ClinicError) -> Response:
    if error.status >= 500:
        _log(error)
    if isinstance(error, ClinicSuspended):
        return error_page(503, template="errors/suspended.html")
    wait = error.retry_after if isinstance(error, TooMany) else None
    spoken = error.status < 500 or error.status == 503
    return error_page(error.status, message=error.message if spoken else "", hint=error.hint if spoken else "", retry_after=wait)


def _http_error(error: HTTPException) -> Any:
    status = error.code or 500
    if status < 400:
        return error
    return error_page(status)


def _database_error(error: OperationalError) -> Response:
    _log(error)
    return error_page(503)


def _unforeseen(error: Exception) -> Response:
    _log(error)
    return error_page(500)


def _log(error: Exception) -> None:
    # The message of an exception may quote what somebody wrote, so kind and place are all that is kept.
    log.error("request failed", extra={"kind": type(error).__name__, "endpoint": request.endpoint, "where": _where(error)})


def _where(error: BaseException) -> str:
    trace = error.__traceback__
    frames = []
    while trace is not None:
        code = trace.tb_frame.f_code
        frames.append(f"{Path(code.co_filename).name}:{trace.tb_lineno}:{code.co_name}")
        trace = trace.tb_next
    return " > ".join(frames[-8:])
