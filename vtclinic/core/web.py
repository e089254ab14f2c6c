"""The edge: a request enters one clinic's scope and one unit of work, passes the gate, and leaves as a page.

A returned response commits, a raised error rolls back. GET and HEAD run in a unit of work that refuses to write.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any, Protocol

from flask import Flask, Response, g, has_request_context, render_template, request, url_for
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer
from werkzeug.utils import redirect

from vtclinic.core import clock
from vtclinic.core.access import ANYWHERE, CLINIC, CONSOLE, Access, access_of
from vtclinic.core.errors import ClinicSuspended, Forbidden, NotFound, SignInNeeded
from vtclinic.core.i18n import locale_scope
from vtclinic.core.policy import ANONYMOUS, Actor
from vtclinic.core.scope import ClinicScope, current_clinic, enter_scope, maybe_clinic
from vtclinic.core.uow import control_unit_of_work, unit_of_work

READING = frozenset({"GET", "HEAD", "OPTIONS"})
NOWHERE = "nowhere"


@dataclass(frozen=True)
class Reader:
    """How the person in front of the screen wants to read."""

    locale: str
    timezone: str
    appearance: str = "auto"
    easier_letters: bool = False


class Hosts(Protocol):
    """What the edge asks of the directory of clinics."""

    def by_host(self, host: str) -> ClinicScope:
        """Find a clinic by hostname; raise NotFound."""


Loader = Callable[[], tuple[Actor, Reader | None]]


@dataclass
class Edge:
    """What the composition root hands to the edge."""

    hosts: Hosts
    console_host: str
    console_cookie_key: bytes
    load_clinic_actor: Loader = lambda: (ANONYMOUS, None)
    load_console_actor: Loader = lambda: (ANONYMOUS, None)
    # Where somebody with a half-finished sign-in belongs: returns an endpoint, or None when all is done.
    next_step: Callable[[Actor], str | None] = lambda _actor: None
    sign_in_endpoint: str = "identity.sign_in"
    console_sign_in_endpoint: str = "console.sign_in"
    fresh_endpoint: str = "identity.confirm_it_is_you"
    console_fresh_endpoint: str = "console.confirm_it_is_you"
    guess_reader: Callable[[], Reader] = field(default_factory=lambda: clinics_reader)


def clinics_reader() -> Reader:
    """Speak to somebody we do not know as their clinic speaks."""
    clinic = maybe_clinic()
    return Reader(clinic.locale, clinic.timezone) if clinic else Reader("en", "UTC")


def edge(app: Flask | None = None) -> Edge:
    """Return this application's edge."""
    found: Edge = (app or _app()).extensions["vt.edge"]
    return found


def _app() -> Flask:
    app: Flask = g.vt_app
    return app


def actor() -> Actor:
    """Return who makes this request."""
    found: Actor = g.get("actor", ANONYMOUS)
    return found


def reader() -> Reader:
    """Return how this request's person wants to read."""
    found: Reader | None = g.get("reader")
    return found or Reader("en", "UTC")


def space() -> str:
    """Return which kind of host this request came to: clinic, console or nowhere."""
    found: str = request.environ.get("vt.space", NOWHERE)
    return found


class ClinicCookies(SecureCookieSessionInterface):
    """Cookies signed with the clinic's own key: another clinic's cookie does not open here."""

    def open_session(self, app: Flask, request: Any) -> SecureCookieSession | None:
        """Resolve the host first, then read the cookie with that clinic's key."""
        g.vt_app = app
        place_request(app, request)
        return super().open_session(app, request)

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """Use the key of the clinic or the console; on unknown hosts there is no session."""
        here = request.environ.get("vt.clinic")
        if here is not None:
            key = here.keys.derived("cookie")
        elif space() == CONSOLE:
            key = edge(app).console_cookie_key
        else:
            return None
        return URLSafeTimedSerializer(key, salt="vt-cookie", serializer=self.serializer, signer_kwargs={"key_derivation": "hmac", "digest_method": self.digest_method})


def place_request(app: Flask, incoming: Any) -> None:
    """Note in the request's environment to whom its host belongs."""
    environ = incoming.environ
    if "vt.space" in environ:
        return
    name = incoming.host.rsplit(":", 1)[0].lower().rstrip(".")
    here = edge(app)
    if name == here.console_host:
        environ["vt.space"] = CONSOLE
        return
    try:
        environ["vt.clinic"] = here.hosts.by_host(name)
        environ["vt.space"] = CLINIC
    except NotFound:
        environ["vt.space"] = NOWHERE


class ClinicFlask(Flask):
    """Flask whose every request lives in one scope and one unit of work."""

    session_interface = ClinicCookies()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._plain_urls: dict[tuple[str, str], str] = {}

    def url_for(self, /, endpoint: str, **values: Any) -> str:
        """Return an address; one without values is built once, since each page's navigation asks for the same ones."""
        if any(value is not None for value in values.values()) or endpoint.startswith(".") or not has_request_context():
            return super().url_for(endpoint, **values)
        key = (request.script_root, endpoint)
        if key not in self._plain_urls:
            self._plain_urls[key] = super().url_for(endpoint)
        return self._plain_urls[key]

    def full_dispatch_request(self) -> Response:
        """Answer within the clinic's scope."""
        g.vt_app = self
        clinic: ClinicScope | None = request.environ.get("vt.clinic")
        with ExitStack() as stack:
            if clinic is not None:
                stack.enter_context(enter_scope(clinic))
                stack.enter_context(locale_scope(clinic.locale, clinic.timezone))
            return super().full_dispatch_request()

    def dispatch_request(self) -> Response:
        """Load who asks, pass the gate, run the view and render, all in one unit of work."""
        if request.routing_exception is not None:
            self.raise_routing_exception(request)
        access = access_of(self.view_functions.get(request.endpoint or "")) if request.endpoint != "static" else Access(public=True, space=ANYWHERE)
        here = space()
        if access.space == ANYWHERE and access.own_unit:
            return self.make_response(super().dispatch_request())
        if access.space != ANYWHERE and access.space != here:
            raise NotFound()
        if here == CLINIC and access.space != ANYWHERE and current_clinic().state != "active":
            raise ClinicSuspended()
        if here == NOWHERE or request.endpoint == "static":
            return self.make_response(super().dispatch_request())
        open_unit = unit_of_work if here == CLINIC else control_unit_of_work
        if access.own_unit:
            with open_unit(write=False), ExitStack() as stack:
                refused = self._enter(access, here, stack)
            return refused or self._run_apart()
        with open_unit(write=request.method not in READING), ExitStack() as stack:
            return self._enter(access, here, stack) or self.make_response(super().dispatch_request())

    def _run_apart(self) -> Response:
        with locale_scope(reader().locale, reader().timezone):
            return self.make_response(super().dispatch_request())

    def _enter(self, access: Access, here: str, stack: ExitStack) -> Response | None:
        edge_ = edge(self)
        load = edge_.load_clinic_actor if here == CLINIC else edge_.load_console_actor
        g.actor, found = load()
        g.reader = found or edge_.guess_reader()
        stack.enter_context(locale_scope(g.reader.locale, g.reader.timezone))
        return gate(g.actor, access, edge_)


def gate(who: Actor, access: Access, edge_: Edge) -> Response | None:
    """Refuse by default. Returns a redirect for somebody in the middle of signing in; raises otherwise."""
    here = space()
    if access.public:
        return None
    if not who.known:
        if request.method in READING and request.accept_mimetypes.accept_html and "HX-Request" not in request.headers:
            target = edge_.sign_in_endpoint if here == CLINIC else edge_.console_sign_in_endpoint
            return go(target, next=_return_path())
        raise SignInNeeded()
    step = None if access.before_second_step else edge_.next_step(who)
    if step is not None:
        return go(step)
    if access.roles and not who.roles & access.roles:
        raise Forbidden()
    if access.fresh and not is_fresh(who):
        target = edge_.fresh_endpoint if here == CLINIC else edge_.console_fresh_endpoint
        return go(target, next=_return_path())
    return None


def is_fresh(who: Actor) -> bool:
    """Tell whether this person proved who they are minutes ago."""
    return who.fresh_until is not None and who.fresh_until > clock.now()


def safe_next(path: str | None, fallback: str) -> str:
    """Return a path of this site to go on to; anything else becomes `fallback`."""
    if path and path.startswith("/") and not path.startswith(("//", "/\\")) and "\n" not in path and "\r" not in path:
        return path
    return fallback


def page(template: str, /, *, status: int = 200, **context: Any) -> Response:
    """Render a page."""
    return _app().make_response((render_template(template, **context), status))


def go(endpoint: str, /, **values: Any) -> Response:
    """Send the browser on after a POST (303)."""
    return see(url_for(endpoint, **values))


def see(path: str, /) -> Response:
    """Send the browser on to a path of this site (303)."""
    return _app().make_response(redirect(path, 303))


def _return_path() -> str:
    if request.method not in READING:
        return ""
    return request.full_path.rstrip("?")
