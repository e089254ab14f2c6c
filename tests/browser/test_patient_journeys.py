"""A patient's first way through, with JavaScript and without, on a phone and on a desk."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE
from tests.browser.props import GRACE, SAM
from tests.browser.stage import Stage
from tests.browser.walking import Hand, answer_intake, answer_questionnaire, button, leaving, register, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("english"), pytest.mark.timeout(480)]
ITEMS = 9
BOOKED = re.compile(r"/sessions/[0-9a-f-]+/booked$")


def go_to_questions(page: Page, stage: Stage) -> None:
    page.goto(stage.address("/intake/go-on"))
    expect(page).to_have_url(re.compile(r"/progress/questions/"))


def book(hand: Hand, stage: Stage) -> None:
    """From the therapists who fit to a booked session."""
    page = hand.page
    page.goto(stage.address("/therapists"))
    expect(page.get_by_role("link", name=re.compile("^See times"))).to_have_count(3)
    hand.press(page.get_by_role("link", name=re.compile("^See times")).first)
    hand.press(page.locator("label.vt-slot").nth(5))
    hand.press(button(page, "Check and book"))
    hand.press(button(page, "Book this session"))
    expect(page).to_have_url(BOOKED)


def cancel(hand: Hand) -> None:
    """From the page of a booked session to a cancelled one."""
    page = hand.page
    hand.press(page.get_by_role("link", name="Change or cancel"))
    with leaving(page):
        hand.press(page.get_by_role("link", name="Cancel it"))
    hand.press(button(page, "Cancel my session"))
    expect(page.get_by_role("heading", level=1)).to_have_text("You cancelled this session")


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_a_stranger_becomes_a_patient_with_a_session(size, stage: Stage, visit) -> None:
    page = visit(size=size).new_page()
    email = f"robin.{size['width']}@patients.example"
    register(page, stage, email)
    answer_intake(page, stage)
    go_to_questions(page, stage)
    hand = Hand(page)
    answer_questionnaire(hand, risky=True)
    assert hand.presses <= ITEMS + 2
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you for telling us")
    expect(page.locator("main a[href^='tel:']").first).to_be_visible()
    go_to_questions(page, stage)
    answer_questionnaire(Hand(page), risky=False)
    booking, calling_off = Hand(page), Hand(page)
    book(booking, stage)
    assert booking.presses <= 4
    assert "Appointment" in stage.mailed(email).subject or stage.mailed(email).attachments
    cancel(calling_off)
    assert calling_off.presses <= 3


def test_everything_works_without_scripts(stage: Stage, visit) -> None:
    page = visit(size=PHONE, java_script_enabled=False).new_page()
    register(page, stage, "plain@patients.example")
    answer_intake(page, stage)
    go_to_questions(page, stage)
    page.locator("main form button.btn-primary").click()
    for _number in range(ITEMS - 1):
        page.locator("button[name=value][value='0']").click()
    page.locator("input[name=value][value='1']").check()
    expect(page.locator("#support")).to_be_visible()
    button(page, "Continue").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you for telling us")
    book(Hand(page), stage)
    write_without_scripts(page, stage)


def write_without_scripts(page: Page, stage: Stage) -> None:
    """Write to the therapist of the booked session."""
    page.goto(stage.address("/messages"))
    page.get_by_role("button", name=re.compile("^Write to")).click()
    page.locator("#body").fill("Without scripts this still arrives.")
    button(page, "Send").click()
    expect(page.locator(".vt-bubble").last).to_contain_text("Without scripts this still arrives.")
    expect(page.locator(".vt-bubble")).to_have_count(1)


def test_a_keyboard_is_enough_to_sign_in_and_book(stage: Stage, visit) -> None:
    page = visit(size=DESK).new_page()
    page.goto(stage.address("/sign-in?next=/therapists"))
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the page")).to_be_focused()
    page.keyboard.press("Enter")
    tab_to(page, "input[name=email]")
    page.keyboard.type(GRACE)
    tab_to(page, "input[name=password]")
    page.keyboard.type("calm blue harbour")
    page.keyboard.press("Enter")
    page.wait_for_url("**/therapists")
    tab_to(page, "a[href*='/sessions/new/']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/sessions/new/*")
    tab_to(page, "input[name=slot]", most=60)
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    assert page.locator("input[name=slot]:checked").count() == 1
    tab_to(page, ".vt-actionbar button", most=80)
    page.keyboard.press("Enter")
    page.wait_for_url("**/check?**")
    tab_to(page, "main form .btn-primary", most=60)
    page.keyboard.press("Enter")
    expect(page).to_have_url(BOOKED)


def tab_to(page: Page, selector: str, *, most: int = 40) -> None:
    """Press Tab until a thing has the focus, and see that the focus shows on the way."""
    for _turn in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            assert page.evaluate(SHOWS_FOCUS), f"{selector} does not show that it has the focus"
            return
    raise AssertionError(f"{selector} is not reached with Tab")


SHOWS_FOCUS = """() => {
  const shows = (one) => { const style = getComputedStyle(one); return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== "none"; };
  const here = document.activeElement;
  return [here, here.parentElement, here.nextElementSibling].some((one) => one && shows(one));
}"""


def test_what_was_written_survives_the_end_of_a_sign_in(stage: Stage, visit) -> None:
    page = visit(size=PHONE).new_page()
    thread = f"/messages/{stage.names['thread']}"
    sign_in(page, stage, SAM, onward=thread)
    with page.expect_response(lambda answer: answer.url.endswith("/draft") and answer.ok):
        page.locator("#body").fill("I slept better this week.")
    assert "slept" not in page.evaluate("JSON.stringify({...localStorage}) + JSON.stringify({...sessionStorage})")
    stage.end_sign_ins(SAM)
    page.goto(stage.address(thread))
    expect(page).to_have_url(re.compile("/sign-in"))
    page.locator("input[name=email]").fill(SAM)
    page.locator("input[name=password]").fill("calm blue harbour")
    page.locator("main form button.btn-primary").first.click()
    page.wait_for_url(f"**{thread}")
    expect(page.locator("#body")).to_have_value("I slept better this week.")
