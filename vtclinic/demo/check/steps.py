"""The path itself: what a clinic and its first patient do, one function a step."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from uuid import uuid4

import pyotp

from vtclinic.core import clock
from vtclinic.demo.check.browser import Browser, Live
from vtclinic.demo.check.house import CheckedHouse
from vtclinic.demo.check.problem import expect

PASSWORD = "a long walk by the sea"  # noqa: S105 - of accounts in a folder that is deleted afterwards
ADMIN, THERAPIST, PATIENT = "ruth@harbour.example", "amara@harbour.example", "sam@patients.example"
STAFF = (
    "name,email,title,languages,specialities,modalities,formats,age_bands,capacity,timezone,licence_number,licence_title,licence_register,licence_country,licence_expires\n"
    "Amara Okafor,{email},Psychologist,{languages},low-mood;sleep,cbt,video;message,adult;older,20,Europe/Madrid,IE-1,Psychologist,Irish register,IE,{until}-12-31\n"
)
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


def make_installation(walk: Walk) -> str:
    """Initialise a folder and make the first clinic with the real commands."""
    walk.house.cli("init", "--non-interactive", "--admin-email", "it@instance.example", "--password-stdin", typed=f"{PASSWORD}\n")
    _make_clinic(walk, "harbour", name="Harbour", country="IE", timezone="Europe/Dublin", theme="calm")
    return "keys, control database, clinic Harbour"


def start_servers(walk: Walk) -> str:
    """Start web and worker."""
    walk.house.start()
    expect(walk.house.browser("harbour").get("/").says("Harbour", "Get help now"), "the clinic's first page does not show")
    return f"web and worker on port {walk.house.port}"


def make_second_clinic(walk: Walk) -> str:
    """Make another clinic while the servers run; they serve it without a restart."""
    _make_clinic(walk, "northside", name="Northside", country="CA", timezone="America/Toronto", theme="warm")
    expect(walk.house.browser("northside").get("/").says("Northside"), "the new clinic is not served")
    nowhere = walk.house.browser("elsewhere").get("/", status=404)
    expect(nowhere.says("help"), "an unknown address shows no way to help")
    return "Northside is served at once; an unknown address is a plain 404"


def import_staff(walk: Walk) -> str:
    """Invite an administrator and import staff from a CSV file, wrong and right."""
    house, until = walk.house, clock.now().year + 2
    wrong, right = (house.settings.home / name for name in ("wrong.csv", "staff.csv"))
    wrong.write_text(STAFF.format(email="nobody", languages="klingon-x", until=until), encoding="utf-8")
    right.write_text(STAFF.format(email=THERAPIST, languages="en;es", until=until), encoding="utf-8")
    with ThreadPoolExecutor(2) as pool:
        invited = pool.submit(house.cli, "user", "invite", ADMIN, "--name", "Ruth Daly", "--tenant", "harbour")
        refused = pool.submit(house.cli, "import", "staff", str(wrong), "--tenant", "harbour", code=5)
        invited.result(), refused.result()
    house.cli("import", "staff", str(right), "--tenant", "harbour")
    return "a wrong file changes nothing; the right one invites the therapist"


def admin_comes_in(walk: Walk) -> str:
    """Accept the administrator's invitation; the second step comes before anything else."""
    walk.admin, _secret = _accept(walk, ADMIN)
    expect(walk.admin.get("/overview").says("What needs you"), "the overview does not show")
    return "invitation, password, codes app, overview"


def therapist_comes_in(walk: Walk) -> str:
    """Accept the therapist's invitation, prove that nothing opens before the second step, and set working hours."""
    walk.therapist, walk.secret = _accept(walk, THERAPIST)
    walk.therapist.get("/practice/hours")
    hours = {f"{end}-{day}-0": wall for day in range(7) for end, wall in (("start", "07:00"), ("end", "22:00"))}
    walk.therapist.submit("", **hours)
    walk.therapist.get("/practice/work")
    walk.therapist.submit("", risk="2")
    expect(walk.therapist.get("/today").says("Your day"), "the therapist's day does not show")
    return "MFA forced before anything else, hours and way of working set"


def verify_licence(walk: Walk) -> str:
    """Check the therapist's licence as the administrator."""
    queue = walk.admin.get("/credentials")
    found = re.search(r"/credentials/([0-9a-f-]{36})", queue.text)
    expect(found, "no licence waits to be checked")
    assert found is not None
    walk.admin.get(f"/credentials/{found[1]}")
    walk.admin.submit("/approve")
    return "the administrator approved it"


def register_patient(walk: Walk) -> str:
    """Open a patient's account with the mailed link."""
    walk.patient = _register(walk, "harbour")
    expect(walk.patient.get("/home").says("Hello", "Tell us what you need"), "the patient's home does not show")
    return "account, mailed link, home"


def answer_intake(walk: Walk) -> str:
    """Answer the first questions one at a time and send them."""
    page, asked = walk.patient.get("/intake"), 0
    page = walk.patient.get("/intake/care")
    while page.path != "/intake/check":
        key = page.path.rsplit("/", 1)[-1]
        page, asked = walk.patient.submit("", **INTAKE.get(key, {"pass": "1"})), asked + 1
        expect(asked < 30, "the questions do not end")
    walk.patient.submit("/intake/check")
    return f"{asked} questions, one a page, sent"


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
    expect(walk.therapist.get("/calendar").says("Sam"), "the therapist's calendar does not show the session")
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


def look_from_elsewhere(walk: Walk) -> str:
    """Prove that the other clinic sees nothing, not even with the same address or the same cookie."""
    walk.stranger = _register(walk, "northside")
    for path in (f"/messages/{walk.thread}", f"/therapists/{walk.therapist_uid}", f"/sessions/new/{walk.therapist_uid}"):
        walk.stranger.get(path, status=404)
    borrowed = walk.house.browser("northside")
    borrowed.http.cookies.update(walk.patient.http.cookies)
    expect(borrowed.get("/home").path == "/sign-in", "a cookie of one clinic works at the other")
    walk.stranger.get("/today", status=403)
    return "same address, other clinic: 404; borrowed cookie: signed out"


def sign_out(walk: Walk) -> str:
    """Sign everybody out; pages and live connections close; the therapist needs a new code to come back."""
    walk.patient.get("/more")
    walk.patient.post("/sign-out")
    expect(walk.patient.get("/home").path == "/sign-in", "the patient is still signed in")
    walk.therapist.get("/today")
    walk.therapist.post("/sign-out")
    for live in walk.live:
        live.close()
    walk.therapist.get("/sign-in")
    walk.therapist.submit("/sign-in", email=THERAPIST, password=PASSWORD)
    asked = walk.therapist.get("/today")
    expect(asked.path == "/sign-in/code", "the password alone opened the day")
    walk.therapist.submit("/sign-in/code", code=_later_code(walk.secret))
    expect(walk.therapist.get("/today").says("Your day"), "the code did not open the day")
    return "signed out; the therapist came back with a code"


def verify_audit(walk: Walk) -> str:
    """Prove both clinics' audit chains, and that help is a file of its own."""
    walk.house.cli("audit", "verify", "--all")
    expect((walk.house.settings.clinics / "harbour" / "public" / "help-now.html").exists(), "there is no static help page")
    expect(walk.house.browser("northside").get("/help-now").says("988"), "help-now does not show the country's lines")
    return "chains sound, help pages there"


STEPS: tuple[tuple[str, Callable[[Walk], str]], ...] = (
    ("Installation and a clinic by command", make_installation),
    ("Servers", start_servers),
    ("Second clinic by command", make_second_clinic),
    ("Staff from a CSV file", import_staff),
    ("Administrator comes in", admin_comes_in),
    ("Therapist comes in", therapist_comes_in),
    ("Licence checked", verify_licence),
    ("Patient registers", register_patient),
    ("First questions", answer_intake),
    ("Questionnaires", answer_questionnaires),
    ("Risk task", see_risk_task),
    ("Match and booking", book_session),
    ("Messages both ways", write_messages),
    ("The other clinic", look_from_elsewhere),
    ("Sign-out", sign_out),
    ("Audit and help", verify_audit),
)


def _make_clinic(walk: Walk, slug: str, **about: str) -> None:
    given = {"host": f"{slug}.localhost", **about}
    walk.house.cli("tenant", "create", slug, *(part for key, value in given.items() for part in (f"--{key}", value)))


def _accept(walk: Walk, email: str) -> tuple[Browser, str]:
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


def _register(walk: Walk, slug: str) -> Browser:
    browser = walk.house.browser(slug)
    browser.get("/register")
    browser.submit("/register", name="Sam Byrne", email=PATIENT, password=PASSWORD, adult="y", consents="y", timezone="Europe/Dublin")
    browser.get(walk.house.mailed_link(slug, PATIENT, "/register/confirm/"))
    browser.submit("/register/confirm/")
    browser.get("/welcome/leaving-quickly")
    browser.submit("/welcome/leaving-quickly")
    return browser


def _answer(patient: Browser, answers: tuple[int, ...], *, risky: int = 0) -> None:
    page = patient.get("/intake/go-on")
    expect("/progress/questions/" in page.path, "no questionnaire waits")
    patient.submit("/start")
    for number, value in enumerate(answers, 1):
        page = patient.get(f"{page.path.split('/questions/')[0]}/questions/{page.path.split('/questions/')[1].split('/')[0]}/{number}")
        if number == risky:
            expect(page.says("You are not in trouble"), "help does not stand beside the risk item")
        page = patient.submit(f"/{number}", value=str(value), **({"safe": "yes"} if number == risky else {}))


def _later_code(secret: str) -> str:
    """Return the next code: the present one may have been used to add the app, and each works once."""
    return pyotp.TOTP(secret).at(clock.now(), counter_offset=1)
