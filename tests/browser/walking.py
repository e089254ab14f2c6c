"""Steps that several journeys take, each through the page's own forms."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from playwright.sync_api import Locator, Page, expect

from tests.browser.stage import Stage
from vtclinic.demo.cast import PASSWORD

INTAKE = {
    "care": "yes",
    "sharing": "yes",
    "languages": "en",
    "problems": "low-mood",
}
SECRET = "a long walk by the sea"


class Hand:
    """Counts what a person has to press."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.presses = 0

    def press(self, what: Locator) -> None:
        """Press something once."""
        what.click()
        self.presses += 1


def button(page: Page, name: str) -> Locator:
    """Find a button by its whole name."""
    return page.get_by_role("button", name=name, exact=True)


def sign_in(page: Page, stage: Stage, email: str, password: str = PASSWORD, *, onward: str = "/home") -> None:
    """Sign in with the real form."""
    page.goto(stage.address(f"/sign-in?next={onward}"))
    page.locator("input[name=email]").fill(email)
    page.locator("input[name=password]").fill(password)
    button(page, "Sign in").click()
    page.wait_for_url(f"**{onward}")


def register(page: Page, stage: Stage, email: str) -> None:
    """Open an account and confirm it with the mailed link, as far as Home."""
    page.goto(stage.address("/register"))
    page.locator("input[name=name]").fill("Robin Hale")
    page.locator("input[name=email]").fill(email)
    page.locator("input[name=password]").fill(SECRET)
    page.locator("input[name=adult]").check()
    page.locator("input[name=consents]").check()
    page.locator("main form button.btn-primary").first.click()
    page.wait_for_url("**/register/check-your-mail")
    page.goto(stage.mailed_link(email))
    button(page, "Confirm and go on").click()
    page.wait_for_url("**/welcome/leaving-quickly")
    button(page, "Go on").click()
    page.wait_for_url("**/home")


def answer_intake(page: Page, stage: Stage) -> None:
    """Answer the first questions, leaving out what may be left out, and send them."""
    page.goto(stage.address("/intake"))
    page.locator("main a.btn-primary, main button.btn-primary").first.click()
    for _turn in range(25):
        page.wait_for_load_state()
        key = page.url.split("?")[0].rsplit("/", 1)[-1]
        if key == "check":
            break
        _answer_one(page, key)
    page.locator("main form button.btn-primary").click()
    page.wait_for_url("**/intake/sent")


def _answer_one(page: Page, key: str) -> None:
    if key in INTAKE:
        page.locator(f"input[name=value][value='{INTAKE[key]}']").check()
    elif key == "name":
        page.locator("#value").fill("Robin")
    elif key == "born":
        for name, value in (("day", "18"), ("month", "4"), ("year", "1992")):
            page.locator(f"input[name={name}]").fill(value)
    elif key == "place":
        page.locator("[name=country]").select_option("IE")
    else:
        with leaving(page):
            page.locator("button[name=pass]").click()
        return
    with leaving(page):
        button(page, "Continue").click()


@contextlib.contextmanager
def leaving(page: Page) -> Iterator[None]:
    """Wait until what is pressed has opened another page."""
    with page.expect_navigation():
        yield


def answer_questionnaire(hand: Hand, *, risky: bool) -> None:
    """Answer the open questionnaire from its first page; with `risky` its ninth question above zero, looking at the help that appears."""
    page = hand.page
    hand.press(button(page, "Start the questions"))
    while True:
        page.wait_for_load_state()
        number = page.url.rsplit("/", 1)[-1]
        if not number.isdigit():
            return
        if number == "9" and risky:
            answer_risk_item(hand)
            return
        with leaving(page):
            hand.press(page.locator("button[name=value][value='1']"))


def answer_risk_item(hand: Hand) -> None:
    """Choose "Several days" on the question about dying: help is there before anything is sent."""
    page, asked = hand.page, []
    expect(page.locator("#support")).to_be_hidden()
    page.on("request", lambda request: asked.append(request.url))
    hand.press(page.locator("input[name=value][value='1']"))
    expect(page.locator("#support")).to_be_visible()
    expect(page.locator("#support a[href^='tel:']").first).to_be_visible()
    assert asked == []
    with leaving(page):
        hand.press(button(page, "Continue"))
