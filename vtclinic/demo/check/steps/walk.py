"""What the steps hand on to each other, and how its people come in."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta

import pyotp

from vtclinic.core import clock
from vtclinic.demo.check.browser import Browser, Live
from vtclinic.demo.check.house import CheckedHouse
from vtclinic.demo.check.problem import expect

PASSWORD = "a long walk by the sea"  # noqa: S105 - of accounts in a folder that is deleted afterwards
ADMIN, THERAPIST, PATIENT = "ruth@harbour.example", "amara@harbour.example", "sam@patients.example"


@dataclass
class Walk:
    """What the steps hand on to each other."""

    house: CheckedHouse
    admin: Browser = field(init=False)
    therapist: Browser = field(init=False)
    patient: Browser = field(init=False)
    stranger: Browser = field(init=False)
    secret: str = ""
    therapist_uid: str = ""
    thread: str = ""
    live: list[Live] = field(default_factory=list)

    def pass_time(self, **by: float) -> None:
        """Let time pass for all processes, in the words of timedelta; work that is due by then starts within a second."""
        self.house.clock.advance(timedelta(**by))


def accept_invitation(walk: Walk, email: str) -> tuple[Browser, str]:
    """Come in by invitation; returns the browser and the secret of the codes app."""
    browser = walk.house.browser("harbour")
    browser.get(walk.house.mailed_link("harbour", email, "/invitation/"))
    browser.submit("/invitation/", password=PASSWORD)
    expect(browser.get("/today").path == "/second-step", "a page opened before the second step")
    browser.submit("/second-step/app")
    found = re.search(r"<code[^>]*>([A-Z2-7 ]{32,})</code>", browser.get("/second-step/app").text)
    expect(found, "the secret for the codes app does not show")
    assert found is not None
    secret = found[1].replace(" ", "")
    browser.submit("/second-step/app/code", code=pyotp.TOTP(secret).at(clock.now()))
    return browser, secret


def register(walk: Walk, slug: str) -> Browser:
    """Open the patient's account at a clinic with the mailed link."""
    browser = walk.house.browser(slug)
    browser.get("/register")
    browser.submit("/register", name="Sam Byrne", email=PATIENT, password=PASSWORD, adult="y", consents="y", timezone="Europe/Dublin")
    browser.get(walk.house.mailed_link(slug, PATIENT, "/register/confirm/"))
    browser.submit("/register/confirm/")
    browser.get("/welcome/leaving-quickly")
    browser.submit("/welcome/leaving-quickly")
    return browser


def later_code(secret: str) -> str:
    """Return the next code: the present one may have been used already, and each works once."""
    return pyotp.TOTP(secret).at(clock.now(), counter_offset=1)
