"""No page asks the database much, whoever reads it and whatever there is to show."""

from __future__ import annotations

import re
from datetime import timedelta

from flask.testing import FlaskClient

from tests.browser.places import PLACES, Place
from tests.browser.props import WHO
from tests.browser.stage import CLINIC, HERE, Backstage, Stage
from tests.queries import counted_queries
from vtclinic.core import clock
from vtclinic.identity import service as identity
from vtclinic.identity import sessions, visits

MOST = 8
# Old enough that what a page keeps for a while is looked at again.
LATER = timedelta(minutes=20)
# Where the values in an address come from that only a page knows.
_CHOSEN = {"slot": "/sessions/new/{therapist}", "move": "/calendar/{session}/move?week={next_week}"}


def test_every_page_asks_at_most_eight_times(laid_out: Stage) -> None:
    """The look-up of the sign-in and the audit included; files that a test would have to hand in are left out."""
    wrong = []
    walked = [place for place in PLACES if place.role in WHO and "{import}" not in place.path]
    names = laid_out.names | {"next_week": f"{clock.now() + timedelta(days=7):%Y-%m-%d}"}
    with laid_out.backstage() as behind, clock.at(clock.now() + LATER):
        browsers = {role: _signed_in(behind, role) for role in dict.fromkeys(place.role for place in walked)}
        for place in walked:
            browser, path = browsers[place.role], _path(browsers[place.role], place, names)
            with counted_queries() as asked:
                answer = browser.get(path)
            if answer.status_code not in (place.status, 303) or asked.reads > MOST:
                wrong.append((place.role, place.endpoint, answer.status_code, asked.reads))
    assert wrong == []


class _Browser(FlaskClient):
    def open(self, *args, **kwargs):  # type: ignore[no-untyped-def]
        return super().open(*args, base_url=f"http://{CLINIC}", headers={"Accept": "text/html"}, **kwargs)


def _signed_in(behind: Backstage, role: str) -> FlaskClient:
    email, step = WHO[role]
    browser = _Browser(behind.app, behind.app.response_class)
    with behind.inside():
        begun = sessions.begin(identity.user_by_email(email), HERE, stage=step, mfa=True)
    with browser.session_transaction(base_url=f"http://{CLINIC}") as cookie:
        cookie[visits.TOKEN] = begun.token
    return browser


def _path(browser: FlaskClient, place: Place, names: dict[str, str]) -> str:
    for name, where in _CHOSEN.items():
        if f"{{{name}}}" in place.path:
            found = re.search(r'name="?slot"?[^>]* value="([^"]+)"', browser.get(where.format(**names)).text)
            assert found is not None, place.path
            return place.path.format(**names | {name: found[1]})
    return place.path.format(**names)
