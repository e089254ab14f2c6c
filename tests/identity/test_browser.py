"""Passkeys with a real browser and its virtual authenticator, on a real server."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from werkzeug.serving import make_server

from tests.conftest import HARBOUR
from tests.identity.conftest import PASSWORD, in_scope, make_user
from tests.system import CHROMIUM_ARGUMENTS
from vtclinic.core.policy import SYSTEM
from vtclinic.tenants.service import create_clinic

pytestmark = pytest.mark.browser


@pytest.fixture
def served(app, house) -> Iterator[str]:
    """The application on a free port; the clinic answers at localhost, which browsers trust without TLS."""
    create_clinic(house.instance, SYSTEM, replace(HARBOUR, slug="local", name="Harbour", hosts=("localhost",)))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def chrome(chromium: str) -> Iterator[Browser]:
    """A Chromium without windows."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def people(house, served):
    """A patient and a therapist who has yet to add a second step."""
    with in_scope(house.directory.by_slug("local")):
        return make_user(), make_user("amara@example.org", ("therapist",))


def with_authenticator(context: BrowserContext, page: Page) -> None:
    """Give the page a platform authenticator that verifies its user."""
    devtools = context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True}
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options | {"automaticPresenceSimulation": True}})


def sign_in(page: Page, base: str, email: str) -> None:
    page.goto(f"{base}/sign-in")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def test_staff_set_up_a_passkey_and_later_sign_in_with_nothing_else(served, people, chrome):
    context = chrome.new_context()
    page = context.new_page()
    with_authenticator(context, page)
    sign_in(page, served, "amara@example.org")
    expect(page.get_by_role("heading", level=1)).to_have_text("Add a second way to prove it is you")
    page.get_by_label("Name of this passkey").fill("my laptop")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page).to_have_url(f"{served}/second-step/codes")
    page.get_by_role("button", name="Show my 8 codes").click()
    expect(page.locator("ol code")).to_have_count(8)
    page.goto(f"{served}/account")
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(f"{served}/signed-out")
    page.goto(f"{served}/sign-in?next=/account/devices")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page).to_have_url(f"{served}/account/devices")
    context.close()


def test_a_passkey_that_is_not_used_changes_nothing(served, people, chrome):
    context = chrome.new_context()
    page = context.new_page()
    with_authenticator(context, page)
    page.goto(f"{served}/sign-in")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_text("The passkey was not used.")).to_be_visible()
    expect(page).to_have_url(f"{served}/sign-in")
    context.close()


def test_without_scripts_no_passkey_button_shows_and_the_password_works(served, people, chrome):
    context = chrome.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{served}/sign-in?next=/account/devices")
    expect(page.get_by_role("button", name="Sign in with a passkey")).to_be_hidden()
    page.get_by_label("E-mail address").fill("mira@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page).to_have_url(f"{served}/account/devices")
    context.close()
