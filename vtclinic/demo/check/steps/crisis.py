"""Somebody writes words of danger, nobody begins, and the task climbs to the clinic's lead on the test clock."""

from __future__ import annotations

import re
from uuid import uuid4

from vtclinic.demo.check.browser import Browser
from vtclinic.demo.check.problem import expect, wait_for
from vtclinic.demo.check.steps.walk import Walk, accept_invitation

LEAD, LEAD_NAME = "tomas@harbour.example", "Tomas Ferreira"
WORDS = "I want to die."
SECONDS = 30.0
STEP_MINUTES = 16  # a little more than the ladder's 15
_TASK = re.compile(r"/risk/([0-9a-f-]{36})")


def climb_to_lead(walk: Walk) -> str:
    """Make a rota and a lead, raise a task by words, let the steps pass without an answer, and close it as the lead."""
    lead = _make_lead(walk)
    known = _tasks(walk.therapist)
    walk.patient.get(f"/messages/{walk.thread}")
    page = walk.patient.submit(f"/messages/{walk.thread}", body=WORDS, client_id=uuid4().hex)
    expect(page.says(WORDS, "Are you safe right now?"), "the message or the help beside it does not show")
    task = next(iter(_tasks(walk.therapist) - known), "")
    expect(task, "the words raised no task for the person on call")
    expect(task not in _tasks(lead), "the lead is asked before anybody had time")
    walk.pass_time(minutes=STEP_MINUTES)
    wait_for(lambda: lead.get(f"/risk/{task}").says("It went on to", LEAD_NAME, "yours"), "the task did not climb to the lead", seconds=SECONDS)
    walk.pass_time(minutes=STEP_MINUTES)
    wait_for(lambda: walk.admin.get("/news").says("Something has waited too long"), "nobody was told that nobody began", seconds=SECONDS)
    _close(lead, task)
    return "words found, on call → lead → alarm, each in its time; closed with a recorded call"


def _make_lead(walk: Walk) -> Browser:
    walk.house.cli("user", "invite", LEAD, "--name", LEAD_NAME, "--role", "therapist", "--tenant", "harbour")
    lead, _secret = accept_invitation(walk, LEAD)
    page = walk.admin.get("/duty/rules")
    found = re.search(rf'<option value="([0-9a-f-]{{36}})"[^>]*>{LEAD_NAME}', page.text)
    expect(found, "the lead cannot be chosen")
    assert found is not None
    expect(walk.admin.submit("/duty/rules", lead_uid=found[1]).says("Version 1"), "the rules were not kept")
    walk.admin.get("/duty")
    days = [str(day) for day in range(7)]
    walk.admin.submit("/duty/pattern", user_uid=walk.therapist_uid, post="primary", weekdays=days, starts="00:00", ends="00:00")
    expect(walk.admin.get("/duty").says("On call now: Amara Okafor."), "the rota does not say who is on call")
    return lead


def _close(lead: Browser, task: str) -> None:
    lead.get(f"/risk/{task}")
    lead.submit("/take")
    expect(lead.get(f"/risk/{task}").says("want to die", "Next: call"), "the task does not say what to do")
    lead.submit("/act", kind="reached", words="Spoke for a while.")
    lead.get(f"/risk/{task}")
    lead.submit("/close", reason="agreed", words="We speak again tomorrow.")
    expect(lead.get("/risk?show=closed").says("Sam"), "the closed task is not on record")


def _tasks(browser: Browser) -> set[str]:
    return set(_TASK.findall(browser.get("/risk").text))
