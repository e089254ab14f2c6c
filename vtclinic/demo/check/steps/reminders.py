"""Reminders: a letter comes in time, and its link works without a sign-in."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from vtclinic.core import clock
from vtclinic.demo.check.problem import expect
from vtclinic.demo.check.steps.walk import PATIENT, Walk

# The last reminder comes this long before; the rest is what the worker may need to write it.
AHEAD = timedelta(hours=2) - timedelta(minutes=1)


def confirm_by_letter(walk: Walk) -> str:
    """Let time pass until the reminder is due; press its link in a browser that nobody signed in to."""
    session = re.search(r"/sessions/([0-9a-f-]{36})", walk.patient.get("/sessions").text)
    expect(session, "no session is booked")
    assert session is not None
    starts = re.search(r'<time datetime="([^"]+)"', walk.patient.get(f"/sessions/{session[1]}").text)
    expect(starts, "the session does not say when it is")
    assert starts is not None
    walk.pass_time(seconds=max(0.0, (datetime.fromisoformat(starts[1]) - AHEAD - clock.now()).total_seconds()))
    link = walk.house.mailed_link("harbour", PATIENT, "/times/")
    phone = walk.house.browser("harbour")
    asked = phone.get(link)
    expect(asked.says("Are you coming?") and not asked.says("Amara"), "the letter's link does not ask, or names somebody")
    expect(phone.submit("/confirm").says("We expect you."), "the link does not confirm")
    expect(walk.therapist.get(f"/calendar/{session[1]}").says("Confirmed"), "the therapist does not see that it is confirmed")
    expect(walk.patient.get("/news").says("A time you booked is coming"), "the reminder does not show in the app")
    return "a neutral letter two hours before; confirmed without a sign-in, seen by the therapist"
