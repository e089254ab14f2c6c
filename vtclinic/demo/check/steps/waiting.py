"""The waiting list: the only open time is taken, somebody waits for it, it is cancelled, offered and accepted."""

from __future__ import annotations

import re
from datetime import timedelta

from vtclinic.core import clock
from vtclinic.demo.check.browser import Browser, Page
from vtclinic.demo.check.problem import expect, wait_for
from vtclinic.demo.check.steps.patient import answer_questions
from vtclinic.demo.check.steps.walk import PASSWORD, Walk

OTHER = "alex@patients.example"
AHEAD = timedelta(days=5)
FIRST, LAST = "15:35", "16:30"
SECONDS = 45.0


def wait_for_a_time(walk: Walk) -> str:
    """Cancel the one time that is open, and see it offered to who waits and booked by them."""
    other = _newcomer(walk)
    hours, leave = _leave_one_hour(walk)
    other.get(f"/sessions/new/{walk.therapist_uid}")
    slot = re.search(r'name="slot" value="([^"]+)"', other.page.text if other.page else "")
    expect(slot, "the one hour that is left does not show")
    assert slot is not None
    other.submit("/check", slot=slot[1])
    booked = other.submit("/check").path
    walk.patient.get("/sessions/waiting/wishes")
    page = walk.patient.submit("/wishes", therapists=[walk.therapist_uid])
    expect(page.says("You are on the waiting list"), "the patient is not on the list")
    other.get(booked.replace("/booked", "/cancel"))
    other.submit("/cancel")
    offered = _until_offered(walk.patient)
    expect(offered.says("We keep it until"), "the offer does not say until when it holds")
    walk.house.mailed_link("harbour", "sam@patients.example", "/waiting-list/pass/")
    walk.patient.get("/sessions/waiting")
    taken = walk.patient.submit("/take")
    expect(taken.path.endswith("/booked"), "the offer could not be accepted")
    _as_before(walk, hours, leave)
    return "cancelled, offered to who waits within moments, accepted; the letter has pass and leave links"


def _newcomer(walk: Walk) -> Browser:
    browser = walk.house.browser("harbour")
    browser.get("/register")
    browser.submit("/register", name="Alex Quinn", email=OTHER, password=PASSWORD, adult="y", consents="y", timezone="Europe/Dublin")
    browser.get(walk.house.mailed_link("harbour", OTHER, "/register/confirm/"))
    browser.submit("/register/confirm/")
    browser.get("/welcome/leaving-quickly")
    browser.submit("/welcome/leaving-quickly")
    browser.get("/intake")
    answer_questions(browser, browser.get("/intake/care"), until="check")
    browser.submit("/intake/check")
    return browser


def _leave_one_hour(walk: Walk) -> tuple[dict[str, list[str]], str]:
    """Leave the therapist one open hour, five days ahead; returns the hours as they were and the address that takes the days away back."""
    day = (clock.now() + AHEAD).date()
    before = dict(walk.therapist.get("/practice/hours").form().fields)
    one = {name: "" for name in before if name.startswith(("start-", "end-"))}
    walk.therapist.submit("", **(one | {f"start-{day.weekday()}-0": FIRST, f"end-{day.weekday()}-0": LAST}))
    walk.therapist.get("/practice/leave")
    known = set(_leaves(walk.therapist.page))
    walk.therapist.submit("", first=f"{day + timedelta(days=1)}", last=f"{day + timedelta(days=300)}")
    return before, next(iter(set(_leaves(walk.therapist.get("/practice/leave"))) - known))


def _as_before(walk: Walk, hours: dict[str, list[str]], leave: str) -> None:
    walk.therapist.get("/practice/leave")
    walk.therapist.post(leave)
    walk.therapist.get("/practice/hours")
    walk.therapist.submit("", **{name: value for name, value in hours.items() if name != "csrf_token"})


def _leaves(page: Page | None) -> list[str]:
    return re.findall(r'action="(/practice/leave/[0-9a-f-]{36}/remove)"', page.text if page else "")


def _until_offered(patient: Browser) -> Page:
    def look() -> Page | None:
        page = patient.get("/sessions/waiting")
        return page if page.says("A time is free for you") else None

    return wait_for(look, "nobody was offered the time that was cancelled", seconds=SECONDS)


