"""The first patient: account, questions, match, a session, messages."""

from __future__ import annotations

import re
from datetime import datetime
from uuid import uuid4

from vtclinic.demo.check.browser import Browser, Page
from vtclinic.demo.check.problem import expect
from vtclinic.demo.check.steps.walk import PASSWORD, PATIENT, Walk, register

INTAKE: dict[str, dict[str, object]] = {
    "care": {"value": "yes"},
    "sharing": {"value": "yes"},
    "name": {"value": "Sam"},
    "pronouns": {"value": "they"},
    "languages": {"value": ["en"]},
    "born": {"day": "18", "month": "4", "year": "1992"},
    "place": {"country": "IE", "region": "", "city": "Cork"},
    "problems": {"value": ["low-mood", "sleep"]},
}


def register_patient(walk: Walk) -> str:
    """Open a patient's account with the mailed link."""
    walk.patient = register(walk, "harbour")
    expect(walk.patient.get("/home").says("Hello", "Tell us what you need"), "the patient's home does not show")
    return "account, mailed link, home"


def answer_intake(walk: Walk) -> str:
    """Begin the first questions on one device and finish them on another; what was said is there, and nothing is asked twice."""
    phone = walk.house.browser("harbour")
    phone.get("/sign-in")
    phone.submit("/sign-in", email=PATIENT, password=PASSWORD)
    walk.patient.get("/intake")
    begun = answer_questions(walk.patient, walk.patient.get("/intake/care"), until="problems")
    page = phone.get("/intake/go-on")
    expect(page.path == "/intake/problems", f"the other device goes on at {page.path}")
    expect(phone.get("/intake/name").says('value="Sam"'), "what was said on the first device does not show on the second")
    ended = answer_questions(phone, phone.get("/intake/go-on"), until="check")
    walk.patient.get("/intake/go-on")
    expect(walk.patient.get("/intake/check").says("Cork"), "the first device does not show the answers")
    walk.patient.submit("/intake/check")
    return f"{begun} questions on one device, {ended} on another, one a page, sent"


def answer_questions(browser: Browser, page: Page, *, until: str) -> int:
    """Answer one question after another until a page; returns how many."""
    asked = 0
    while page.path != f"/intake/{until}":
        page, asked = browser.submit("", **INTAKE.get(page.path.rsplit("/", 1)[-1], {"pass": "1"})), asked + 1
        expect(asked < 30, "the questions do not end")
    return asked


def answer_questionnaires(walk: Walk) -> str:
    """Answer PHQ-9 with item 9 = 1, and GAD-7."""
    _answer(walk.patient, (1, 1, 1, 1, 0, 1, 1, 0, 1), risky=9)
    _answer(walk.patient, (1, 1, 1, 1, 0, 1, 0))
    return "PHQ-9 with item 9 = 1 (help on the page), GAD-7"


def see_risk_task(walk: Walk) -> str:
    """Find the task that the answer raised, and take it."""
    found = re.search(r"/risk/([0-9a-f-]{36})", walk.therapist.get("/risk").text)
    expect(found, "no risk task was raised")
    assert found is not None
    expect(walk.therapist.get("/today").says("Risk tasks", "Sam"), "the day does not show the risk task")
    walk.therapist.get(f"/risk/{found[1]}")
    walk.therapist.submit("/take")
    expect(walk.therapist.get(f"/risk/{found[1]}").says("Several days"), "the task does not say what was answered")
    return "raised in the answer's transaction, owned by the therapist"


def book_session(walk: Walk) -> str:
    """See who fits and why, and book the first free time; the mail and the calendar file come."""
    page = walk.patient.get("/therapists")
    expect(page.says("Amara Okafor", "See times"), "the therapist was not matched")
    found = re.search(r"/sessions/new/([0-9a-f-]{36})", page.text)
    assert found is not None
    walk.therapist_uid = found[1]
    times = walk.patient.get(f"/sessions/new/{walk.therapist_uid}")
    slot = re.search(r'name="slot" value="([^"]+)"', times.text)
    expect(slot, "no time is free")
    assert slot is not None
    walk.patient.submit("/check", slot=slot[1])
    booked = walk.patient.submit("/check")
    expect(booked.path.endswith("/booked"), "the session was not booked")
    calendar = walk.patient.get(booked.path.replace("/booked", "/calendar.ics"))
    expect(calendar.says("BEGIN:VCALENDAR", "SUMMARY:Appointment"), "the calendar file is not one")
    # The first free time may be next week's.
    day = datetime.strptime(slot[1][:8], "%Y%m%d").date()
    expect(walk.therapist.get(f"/calendar?day={day}").says("Sam"), "the therapist's calendar does not show the session")
    return "match with reasons, one free time booked, calendar file"


def write_messages(walk: Walk) -> str:
    """Write in both directions over the live connection; sending the same again changes nothing."""
    walk.patient.get("/more")
    opened = walk.patient.post(f"/messages/with/{walk.therapist_uid}")
    walk.thread = opened.path.rsplit("/", 1)[-1]
    there, here = walk.therapist.live(), walk.patient.live()
    walk.live = [there, here]
    name = uuid4().hex
    sent = here.send(walk.thread, "Thank you for the time on Friday.", name)
    expect(sent["ok"] and sent["seq"] == 1, f"the message was not stored: {sent}")
    there.wait_for(1)
    again = here.send(walk.thread, "Thank you for the time on Friday.", name)
    expect(again["again"] and again["uid"] == sent["uid"], "the second sending made a second message")
    answered = there.send(walk.thread, "Good to hear from you, Sam.", uuid4().hex)
    here.wait_for(answered["seq"])
    expect(walk.patient.get(f"/messages/{walk.thread}/since/1").says("Good to hear from you, Sam."), "the reply does not show")
    expect(walk.therapist.get(f"/messages/{walk.thread}").text.count("Thank you for the time on Friday.") == 1, "the message shows twice")
    return "stored, told live both ways, nothing doubled"


def _answer(patient: Browser, answers: tuple[int, ...], *, risky: int = 0) -> None:
    page = patient.get("/intake/go-on")
    expect("/progress/questions/" in page.path, "no questionnaire waits")
    patient.submit("/start")
    for number, value in enumerate(answers, 1):
        page = patient.get(f"{page.path.split('/questions/')[0]}/questions/{page.path.split('/questions/')[1].split('/')[0]}/{number}")
        if number == risky:
            expect(page.says("You are not in trouble"), "help does not stand beside the risk item")
        page = patient.submit(f"/{number}", value=str(value), **({"safe": "yes"} if number == risky else {}))
