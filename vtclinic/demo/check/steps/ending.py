"""What stays closed: the other clinic, a session that ended, a changed audit."""

from __future__ import annotations

from vtclinic.demo.check.problem import expect
from vtclinic.demo.check.steps.walk import PASSWORD, THERAPIST, Walk, later_code, register


def look_from_elsewhere(walk: Walk) -> str:
    """Prove that the other clinic sees nothing, not even with the same address or the same cookie."""
    walk.stranger = register(walk, "northside")
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
    walk.therapist.get("/account")
    walk.therapist.post("/sign-out")
    for live in walk.live:
        live.close()
    walk.therapist.get("/sign-in")
    walk.therapist.submit("/sign-in", email=THERAPIST, password=PASSWORD)
    asked = walk.therapist.get("/today")
    expect(asked.path == "/sign-in/code", "the password alone opened the day")
    walk.therapist.submit("/sign-in/code", code=later_code(walk.secret))
    expect(walk.therapist.get("/today").says("Your day"), "the code did not open the day")
    return "signed out; the therapist came back with a code"


def verify_audit(walk: Walk) -> str:
    """Prove both clinics' audit chains, and that help is a file of its own."""
    walk.house.cli("audit", "verify", "--all")
    expect((walk.house.settings.clinics / "harbour" / "public" / "help-now.html").exists(), "there is no static help page")
    expect(walk.house.browser("northside").get("/help-now").says("988"), "help-now does not show the country's lines")
    return "chains sound, help pages there"
