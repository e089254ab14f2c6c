"""The pages where people make and end calendar addresses, and the address that calendar programs read."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, current_app, request

from vtclinic.core import clock
from vtclinic.core.access import own_unit, public, roles
from vtclinic.core.errors import Invalid, NotFound
from vtclinic.core.policy import PATIENT, THERAPIST
from vtclinic.core.scope import current_clinic
from vtclinic.core.uow import unit_of_work
from vtclinic.core.web import actor, go, page
from vtclinic.features.scheduling.feeds import service
from vtclinic.features.scheduling.feeds.rate import Rate
from vtclinic.features.scheduling.forms import FeedForm, PressForm
from vtclinic.identity.throttle import place_of

bp = Blueprint("feeds", __name__, template_folder="../templates")
owners = roles(PATIENT, THERAPIST)
# A program that looks every hour has plenty; many people can sit behind one place.
FEED_RATE = (30, 900)
PLACE_RATE = (600, 900)


@bp.get("/calendar-addresses")
@owners
def index() -> Response:
    """Show one's addresses."""
    return _index(FeedForm(formdata=None))


@bp.post("/calendar-addresses")
@owners
def make() -> Response:
    """Make one and show it, once: this answer is its only copy, so it cannot be a redirect."""
    form = FeedForm()
    if not form.validate():
        return _index(form, status=422)
    try:
        feed, secret = service.make_feed(actor(), form.label.data or "")
    except Invalid as error:
        form.take_errors(error)
        return _index(form, status=422)
    url = f"{current_clinic().base_url}/calendar-feed/{secret}.ics"
    answer = page("scheduling/feeds/made.html", feed=feed, url=url, subscribe=url.replace("https://", "webcal://").replace("http://", "webcal://"))
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.get("/calendar-addresses/<uuid:uid>/end")
@owners
def confirm_end(uid: UUID) -> Response:
    """Say what ending means, before it happens."""
    return page("scheduling/feeds/end.html", feed=service.feed_of(actor(), uid))


@bp.post("/calendar-addresses/<uuid:uid>/end")
@owners
def end(uid: UUID) -> Response:
    """End it."""
    if not PressForm().validate():
        return go("feeds.confirm_end", uid=uid)
    service.end_feed(actor(), uid)
    return go("feeds.index")


@bp.get("/calendar-feed/<token>.ics")
@public
@own_unit
def read(token: str) -> Response:
    """Answer a calendar program: no session, no page, and for anything but a good address a plain 404."""
    wait = _rates().place.wait(f"{current_clinic().slug} {place_of(request.remote_addr)}") or _rates().feed.wait(f"{current_clinic().slug} {token}")
    if wait:
        return Response("Too many requests\n", 429, {"Retry-After": str(wait)}, mimetype="text/plain")
    try:
        with unit_of_work(write=False):
            feed, found = service.read_feed(token)
            news = service.use_is_news(feed, clock.now())
        if news:
            with unit_of_work():
                service.note_use(token)
    except NotFound:
        return Response("Not found\n", 404, mimetype="text/plain")
    answer = Response(found.content, mimetype="text/calendar")
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.headers["X-Robots-Tag"] = "noindex"
    answer.last_modified = found.changed_at
    answer.add_etag()
    answer.make_conditional(request)
    return answer


class _Rates:
    """The counts of one application."""

    def __init__(self) -> None:
        self.feed, self.place = Rate(*FEED_RATE), Rate(*PLACE_RATE)


def _rates() -> _Rates:
    rates: _Rates = current_app.extensions.setdefault("vt.feed_rates", _Rates())
    return rates


def _index(form: FeedForm, *, status: int = 200) -> Response:
    return page("scheduling/feeds/index.html", status=status, feeds=service.feeds_of(actor()), form=form, most=service.MOST_FEEDS)
