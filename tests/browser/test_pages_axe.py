"""Every page, light and dark, left to right and right to left, on a phone and on a desk."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import BrowserContext

from tests.browser.conftest import DESK, PHONE
from tests.browser.places import NOT_A_PAGE, PLACES, ROLES, Place
from tests.browser.props import PSEUDO, WHO
from tests.browser.seeing import Eye, keep_picture
from tests.browser.stage import CLINIC, CONSOLE, ELSEWHERE, Stage
from vtclinic.core import clock
from vtclinic.core.access import access_of
from vtclinic.identity.models import Stage as Step

pytestmark = pytest.mark.browser
DRAFT = {"name": "Hill Street", "slug": "hill", "host": "hill.localhost", "country": "IE", "timezone": "Europe/Dublin", "locale": "en", "theme": "calm", "registration": "invitation"}
PART = 16
LANGUAGES = ("en", PSEUDO)


def parts() -> list[Any]:
    """Cut the table into runs of one role and one language; the console speaks English only."""
    found = []
    for language in LANGUAGES:
        for role in ROLES:
            if language != "en" and (role.startswith(("console", "it_")) or role == "nobody's host"):
                continue
            mine = [place for place in PLACES if place.role == role]
            for start in range(0, len(mine), PART):
                found.append(pytest.param(role, mine[start : start + PART], language, id=f"{role}-{language}-{start // PART + 1}"))
    return found


def test_every_page_has_a_place(stage: Stage) -> None:
    """A new route must be looked at, by each role it is for, or be named as no page."""
    placed: dict[str, set[str]] = {}
    for place in PLACES:
        placed.setdefault(place.endpoint, set()).add("patient" if place.role.startswith("patient") else place.role)
    with stage.backstage() as behind:
        app = behind.app
    missing = []
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint in NOT_A_PAGE:
            continue
        roles = access_of(app.view_functions[rule.endpoint]).roles
        missing += [(rule.endpoint, role) for role in (roles - placed.get(rule.endpoint, set()) if roles else set())]
        if rule.endpoint not in placed:
            missing.append((rule.endpoint, "anybody"))
    assert missing == []
    assert set(placed) - {rule.endpoint for rule in app.url_map.iter_rules()} == {"error"}
    assert set(NOT_A_PAGE) <= {rule.endpoint for rule in app.url_map.iter_rules()}


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("role", "places", "language"), parts())
def test_pages_hold(role: str, places: list[Place], language: str, stage: Stage, visit: Callable[..., BrowserContext], record_property) -> None:
    """No rule of axe is broken, nothing scrolls sideways, help stands in its corner, nothing complains, nobody else is asked."""
    stage.speak(language)
    page = visit(cookie_of(stage, role)).new_page()
    eye, host, rtl = Eye(page, stage.settings.port), host_of(role), language != "en"
    corners: dict[int, dict[str, Any]] = {PHONE["width"]: {}, DESK["width"]: {}}
    began, checks = time.monotonic(), 0
    page.goto(stage.address("/sign-in"))
    for size in (PHONE, DESK):
        page.set_viewport_size(size)
        eye.lie(corners[size["width"]], rtl=rtl)
    for place in places:
        if not eye.open(stage.address(path_of(place, stage, page), host), place.status, f"{place.endpoint} {place.path}"):
            continue
        for size in (PHONE, DESK):
            page.set_viewport_size(size)
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                eye.here = f"{role} {place.path} {language} {size['width']} {scheme}"
                eye.look(corners[size["width"]], rtl=rtl, only_colours=scheme == "dark")
                checks += 1
                keep_picture(page, eye.here)
    record_property("seconds_per_check", round((time.monotonic() - began) / max(checks, 1), 3))
    assert not eye.wrong, "\n".join(eye.wrong)


def cookie_of(stage: Stage, role: str) -> dict[str, Any] | None:
    """Sign a role in."""
    if role in WHO:
        email, step = WHO[role]
        return stage.cookie(email, step=step)
    if role == "it_admin":
        return stage.console_cookie(**{"new-clinic": DRAFT})
    return stage.console_cookie(step=Step.SECOND_STEP) if role == "console half signed in" else None


def host_of(role: str) -> str:
    """Return the host a role's pages are on."""
    if role == "nobody's host":
        return ELSEWHERE
    return CONSOLE if role.startswith(("console", "it_")) else CLINIC


def path_of(place: Place, stage: Stage, page: Any) -> str:
    """Fill an address; what only a browser can make is made by it."""
    if "{slot}" in place.path:
        page.goto(stage.address(f"/sessions/new/{stage.names['therapist']}"))
        stage.names["slot"] = page.locator("input[name=slot]").first.get_attribute("value")
    if "{move}" in place.path:
        page.goto(stage.address(f"/calendar/{stage.names['session']}/move?week={clock.now() + timedelta(days=7):%Y-%m-%d}"))
        stage.names["move"] = page.locator("input[name=slot]").first.get_attribute("value")
    if "{import}" in place.path:
        page.goto(stage.address("/people/import"))
        page.locator("input[name=kind][value=staff]").check()
        rows = page.evaluate("fetch('/people/import/example-staff.csv').then((answer) => answer.text())")
        page.set_input_files("input[type=file]", {"name": "staff.csv", "mimeType": "text/csv", "buffer": rows.encode()})
        page.locator("main form button").first.click()
        page.wait_for_url(re.compile(r"/people/import/staff/"))
        stage.names["import"] = page.url.rsplit("/", 1)[1]
    return place.path.format(**stage.names)
