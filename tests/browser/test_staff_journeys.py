"""A therapist's and an administrator's ways through a day, on a phone and on a desk."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESK, PHONE
from tests.browser.props import AMARA, RUTH
from tests.browser.stage import Stage
from tests.browser.walking import button, leaving

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("english"), pytest.mark.timeout(300)]
SIZES = pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])


@SIZES
def test_a_therapist_looks_at_the_week_and_moves_a_session(size, stage: Stage, visit) -> None:
    page = visit(stage.cookie(AMARA), size=size).new_page()
    page.goto(stage.address(f"/calendar/{stage.names['session']}"))
    before = page.locator("main time").first.get_attribute("datetime")
    page.get_by_role("link", name="Move this session").click()
    first = page.locator("input[name=slot]").nth(3)
    wanted = first.get_attribute("value")
    page.locator(f"label:has(input[value='{wanted}'])").first.click()
    with leaving(page):
        page.locator("main form button.btn-primary").last.click()
    expect(page).to_have_url(re.compile(r"/move/check"))
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    with leaving(page):
        page.locator("main form[method=post] button.btn-primary").last.click()
    expect(page).to_have_url(re.compile(rf"/calendar/{stage.names['session']}|/calendar"))
    assert page.locator("main time").first.get_attribute("datetime") != before


@SIZES
def test_an_administrator_asks_a_question_of_their_own_and_reminds_who_stopped(size, stage: Stage, visit) -> None:
    page = visit(stage.cookie(RUTH), size=size).new_page()
    page.goto(stage.address("/first-questions/add"))
    asked = f"Which days suit you, on {size['width']}?"
    page.locator("[name=title]").fill(asked)
    page.locator("label:has(input[value=many])").click()
    page.locator("[name=options]").fill("Monday\nTuesday")
    with leaving(page):
        button(page, "Save").click()
    expect(page.get_by_text(asked, exact=True)).to_be_visible()
    with leaving(page):
        page.get_by_role("button", name=re.compile(f"^Remove.*{size['width']}")).click()
    expect(page.locator("main").get_by_text(asked, exact=True)).to_have_count(0)
    page.get_by_role("link", name="Who has not finished").click()
    waiting = page.get_by_role("button", name=re.compile("^Send a reminder"))
    before = waiting.count()
    assert before > 0
    with leaving(page):
        waiting.first.click()
    expect(page.get_by_role("button", name=re.compile("^Send a reminder"))).to_have_count(before - 1)
    expect(page.get_by_text("Written. They can go on where they left off.")).to_be_visible()
