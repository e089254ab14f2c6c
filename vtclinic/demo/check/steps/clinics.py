"""An installation, its clinics and its staff."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

from vtclinic.core import clock
from vtclinic.demo.check.problem import expect
from vtclinic.demo.check.steps.walk import ADMIN, PASSWORD, THERAPIST, Walk, accept_invitation

STAFF = (
    "name,email,title,languages,specialities,modalities,formats,age_bands,capacity,timezone,licence_number,licence_title,licence_register,licence_country,licence_expires\n"
    "Amara Okafor,{email},Psychologist,{languages},low-mood;sleep,cbt,video;message,adult;older,20,Europe/Madrid,IE-1,Psychologist,Irish register,IE,{until}-12-31\n"
)


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
    walk.admin, _secret = accept_invitation(walk, ADMIN)
    expect(walk.admin.get("/overview").says("What needs you"), "the overview does not show")
    return "invitation, password, codes app, overview"


def therapist_comes_in(walk: Walk) -> str:
    """Accept the therapist's invitation, prove that nothing opens before the second step, and set working hours."""
    walk.therapist, walk.secret = accept_invitation(walk, THERAPIST)
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


def _make_clinic(walk: Walk, slug: str, **about: str) -> None:
    given = {"host": f"{slug}.localhost", **about}
    walk.house.cli("tenant", "create", slug, *(part for key, value in given.items() for part in (f"--{key}", value)))
