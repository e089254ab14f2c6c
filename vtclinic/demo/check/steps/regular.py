"""Times that come again: every other week across the next change of the clocks, marked beforehand, and the same time on the wall after it."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from vtclinic.core import clock
from vtclinic.core.zones import zone
from vtclinic.demo.check.problem import expect
from vtclinic.demo.check.steps.walk import PASSWORD, PATIENT, THERAPIST, Walk, later_code
from vtclinic.features.scheduling.ics_zone import onsets

PLACE = "Europe/Dublin"
WALL = "11:00"
BEFORE = timedelta(days=12)


def keep_the_wall_time(walk: Walk) -> str:
    """Plan a series over a change of the clocks; the preview marks it, and what is booked stays at its time of day."""
    change = _next_change(clock.now() + BEFORE)
    walk.pass_time(seconds=(change - BEFORE - clock.now()).total_seconds())
    _come_back(walk)
    page = walk.therapist.get("/regular-times")
    # Of all clients the one whose browser looks afterwards.
    found = re.search(r'/regular-times/new/([0-9a-f-]{36})"(?:(?!</a>).)*Sam', page.text, re.DOTALL)
    expect(found, f"the therapist cannot plan with Sam at {page.path}")
    assert found is not None
    first = (change.astimezone(zone(PLACE)) - timedelta(days=9)).date()
    asked = f"first={first}&wall={WALL}&zone={PLACE}&rhythm=2&ends=count&count=4"
    preview = walk.therapist.get(f"/regular-times/new/{found[1]}/check?{asked}")
    expect(preview.says("Clocks change", "Every other"), "the preview does not mark the change of the clocks")
    expect(preview.text.count(WALL) >= 5, "the preview does not keep the time of day")
    path = walk.therapist.submit("/check", agreed="yes").path
    shown = walk.patient.get(path)
    expect(shown.text.count(f", {WALL}") >= 4, "the patient does not see the same time of day before and after")
    starts = re.findall(r'<time datetime="([^"]+)"', shown.text)
    hours = {datetime.fromisoformat(start).astimezone(zone("UTC")).hour for start in starts}
    expect(len(hours) == 2, f"the instants do not follow the clock: {sorted(hours)}")
    file = walk.patient.get(f"{path}/calendar.ics")
    expect(file.text.count("BEGIN:VEVENT") == 4, "the calendar file does not hold each time")
    return f"every other week over {change.date()}: marked beforehand, {WALL} before and after"


def _come_back(walk: Walk) -> None:
    """Sign both in again: months have passed."""
    for person, email in ((walk.patient, PATIENT), (walk.therapist, THERAPIST)):
        person.get("/sign-in")
        person.submit("/sign-in", email=email, password=PASSWORD)
    walk.therapist.get("/sign-in/code")
    walk.therapist.submit("/sign-in/code", code=later_code(walk.secret))


def _next_change(since: datetime) -> datetime:
    return next(onsets(zone(PLACE), since.replace(second=0, microsecond=0), since + timedelta(days=366))).at
