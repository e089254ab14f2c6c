"""Moving a session in the therapist's calendar: by mouse, by keyboard alone, and what a phone shows."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from tests.browser.conftest import DESK, PHONE
from tests.browser.props import AMARA
from tests.browser.stage import Stage
from vtclinic.core import clock
from vtclinic.core.uow import session
from vtclinic.features.scheduling.models import Appointment

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("english"), pytest.mark.timeout(300)]


@pytest.fixture
def coming(stage: Stage) -> Appointment:
    """Return a session of Amara's that is not today."""
    amara = stage.uid(AMARA)
    with stage.backstage() as behind, behind.inside():
        wanted = select(Appointment).where(Appointment.therapist_uid == amara, Appointment.state == "booked", Appointment.starts_at > clock.now() + timedelta(days=1))
        found = session().scalars(wanted.order_by(Appointment.starts_at)).first()
        assert found is not None
        session().expunge(found)
        return found


def opened(page: Page, stage: Stage, coming: Appointment) -> Locator:
    """Open the week of a session; return what stands for it."""
    page.goto(stage.address(f"/calendar?day={coming.starts_at.date():%Y-%m-%d}"))
    return page.locator(f'[data-move*="{coming.uid}"]')


def begin(page: Page, entry: Locator) -> None:
    """Take hold of a session with the mouse and stir."""
    entry.scroll_into_view_if_needed()
    box = entry.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + 8)
    page.mouse.down()
    page.mouse.move(box["x"] + 24, box["y"] + 40, steps=3)


def test_a_session_is_dragged_to_an_open_time_and_checked_before_it_moves(stage: Stage, visit, coming) -> None:
    page = visit(stage.cookie(AMARA), size=DESK).new_page()
    begin(page, opened(page, stage, coming))
    page.locator(".vt-cal-target").first.wait_for()
    target = page.locator(".vt-cal-target").last
    words = target.get_attribute("data-words")
    target.scroll_into_view_if_needed()
    there = target.bounding_box()
    page.mouse.move(there["x"] + 10, there["y"] + there["height"] / 2, steps=4)
    expect(page.locator(".vt-cal-target.is-chosen")).to_have_attribute("data-words", words)
    page.mouse.up()
    page.wait_for_url("**/move/check?slot=*")
    expect(page.get_by_text(words).first).to_be_visible()
    page.get_by_role("button", name="Move the session").click()
    expect(page.get_by_role("heading", name="Session with")).to_be_visible()
    expect(page.get_by_text(words).first).to_be_visible()


def test_escape_leaves_a_dragged_session_where_it_was(stage: Stage, visit, coming) -> None:
    page = visit(stage.cookie(AMARA), size=DESK).new_page()
    begin(page, opened(page, stage, coming))
    page.locator(".vt-cal-target").first.wait_for()
    page.keyboard.press("Escape")
    expect(page.locator(".vt-cal-target")).to_have_count(0)
    page.mouse.up()
    assert "/move/" not in page.url


def test_the_keyboard_alone_reaches_the_form_that_moves(stage: Stage, visit, coming) -> None:
    page = visit(stage.cookie(AMARA), size=DESK).new_page()
    opened(page, stage, coming).get_by_role("link").first.focus()
    page.keyboard.press("Tab")
    move = page.locator(".vt-ev-move:focus")
    expect(move).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Move the session with")).to_be_visible()
    page.get_by_role("radio").first.press("Space")
    page.keyboard.press("Enter")
    page.wait_for_url("**/move/check?*slot=*")


def test_a_phone_shows_a_list_and_nothing_to_drag(stage: Stage, visit, coming) -> None:
    page = visit(stage.cookie(AMARA), size=PHONE).new_page()
    begin(page, opened(page, stage, coming))
    expect(page.locator(".vt-cal-target")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
