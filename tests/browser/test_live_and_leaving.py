"""Messages between two browsers over a server that goes away, and leaving quickly."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import DESK, PHONE
from tests.browser.props import AMARA, SAM
from tests.browser.stage import CONSOLE, Stage
from tests.system import until

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("english"), pytest.mark.timeout(300)]


def open_thread(page: Page, stage: Stage) -> None:
    """Open the thread of Sam and Amara and wait until it is live."""
    with page.expect_websocket(lambda socket: "/socket.io/" in socket.url) as opened:
        page.goto(stage.address(f"/messages/{stage.names['thread']}"))
    opened.value.wait_for_event("framereceived")


def write(page: Page, words: str) -> None:
    """Write one message and press Send."""
    page.locator("#body").fill(words)
    page.get_by_role("button", name="Send", exact=True).click()


def said(page: Page, *words: str) -> list[int]:
    """Count how often each sentence stands in the thread."""
    shown = page.locator(".vt-words").all_inner_texts()
    return [shown.count(sentence) for sentence in words]


def test_messages_arrive_once_though_the_server_restarts(stage: Stage, visit) -> None:
    sam = visit(stage.cookie(SAM), size=PHONE).new_page()
    amara = visit(stage.cookie(AMARA), size=DESK).new_page()
    open_thread(sam, stage)
    open_thread(amara, stage)
    write(sam, "The first line.")
    expect(amara.locator(".vt-words").last).to_have_text("The first line.")
    write(amara, "I read it at once.")
    expect(sam.locator(".vt-words").last).to_have_text("I read it at once.")
    stage.stop()
    # Kept by the page: there is nobody to send it to yet.
    sam.locator("#body").fill("Written while nobody answered.")
    stage.start()
    send_when_live(sam)
    expect(amara.locator(".vt-words").last).to_have_text("Written while nobody answered.", timeout=60_000)
    write_and_wait(amara, "And I am back as well.")
    expect(sam.locator(".vt-words").last).to_have_text("And I am back as well.", timeout=60_000)
    every = ("The first line.", "I read it at once.", "Written while nobody answered.", "And I am back as well.")
    for page in (sam, amara):
        assert said(page, *every) == [1, 1, 1, 1]
        page.reload()
        assert said(page, *every) == [1, 1, 1, 1]


def send_when_live(page: Page) -> None:
    """Press Send once the live connection is back; a message sent through the form opens the page anew, which is as good."""
    page.get_by_role("button", name="Send", exact=True).click()
    until(lambda: page.locator("#body").input_value() == "", seconds=60, what="sending")


def write_and_wait(page: Page, words: str) -> None:
    """Write a message and wait until the field is empty again."""
    write(page, words)
    until(lambda: page.locator("#body").input_value() == "", seconds=60, what="sending")


def leave_to(page: Page) -> list[str]:
    """Answer for the weather page in its place; returns what was asked for."""
    asked: list[str] = []

    def answer(route: Route) -> None:
        asked.append(route.request.url)
        assert "referer" not in route.request.headers
        route.fulfill(body="<!doctype html><title>Weather</title><h1>Weather</h1>", content_type="text/html")

    page.route(re.compile(r"^https://"), answer)
    return asked


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_leave_quickly_is_a_link(scripts: bool, stage: Stage, visit) -> None:
    page = visit(stage.cookie(SAM), size=PHONE, java_script_enabled=scripts).new_page()
    asked = leave_to(page)
    page.goto(stage.address("/home"))
    page.get_by_role("link", name="Leave quickly").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Weather")
    assert len(asked) == 1


def test_shift_three_times_leaves_a_blank_page_and_no_way_back(stage: Stage, visit) -> None:
    page = visit(stage.cookie(SAM), size=DESK).new_page()
    asked = leave_to(page)
    page.goto("about:blank")
    page.goto(stage.address("/home"))
    length = page.evaluate("history.length")
    page.keyboard.press("Shift")
    page.keyboard.press("Shift")
    assert asked == []
    page.keyboard.press("Shift")
    expect(page.get_by_role("heading", level=1)).to_have_text("Weather")
    assert page.evaluate("history.length") == length
    page.go_back()
    assert page.url == "about:blank"


def test_the_page_is_blank_before_the_other_one_comes(stage: Stage, visit) -> None:
    page = visit(stage.cookie(SAM), size=DESK).new_page()
    leave_to(page)
    page.goto(stage.address("/home"))
    # What stood on the screen when the page was left is kept for the next look at this address.
    page.evaluate(
        """() => addEventListener("pagehide", () => localStorage.setItem("left", JSON.stringify(
            [[...document.body.children].filter((one) => one.checkVisibility()).length, document.title])))"""
    )
    page.get_by_role("link", name="Leave quickly").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Weather")
    page.goto(stage.address("/home"))
    assert page.evaluate("JSON.parse(localStorage.getItem('left'))") == [0, ""]


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_help_is_there_when_the_server_is_not(size, stage: Stage, visit) -> None:
    page = visit(size=size).new_page()
    stage.stop()
    try:
        page.goto(stage.help_file.as_uri())
        numbers = [link.get_attribute("href") for link in page.locator("a[href^='tel:']").all()]
    finally:
        stage.start()
    assert "tel:112" in numbers
    assert len(numbers) >= 3
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_the_console_leaves_quickly_too(stage: Stage, visit) -> None:
    page = visit(stage.console_cookie(), size=DESK).new_page()
    page.goto(stage.address("/console/clinics", CONSOLE))
    expect(page.get_by_role("link", name="Leave quickly")).to_be_visible()
    expect(page.get_by_role("link", name="Get help now")).to_be_visible()
