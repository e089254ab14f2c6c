"""Open times of 200 therapists over 28 days for one patient, and how that grows; the queries of a calendar week after ten years."""

from __future__ import annotations

import time as clocks
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, event, insert

from benchmarks._installation import application, cookie_of, installation
from benchmarks._report import Report
from vtclinic.app import House
from vtclinic.core import clock
from vtclinic.core.ids import new_id
from vtclinic.core.policy import PATIENT, SYSTEM, THERAPIST
from vtclinic.core.uow import session, unit_of_work
from vtclinic.features.scheduling import openings
from vtclinic.features.scheduling.kinds import catalogue
from vtclinic.features.scheduling.models import Appointment, State
from vtclinic.features.staff import api as staff
from vtclinic.identity import service as identity
from vtclinic.tenants.scope import tenant_scope

THERAPISTS, DAYS, YEARS, ROUNDS = 200, 28, 10, 60
CPU_MS, GROWTH, MOST_QUERIES = 25.0, 2.5, 8
SESSIONS_A_DAY = 3
ZONES = ("Europe/Dublin", "Europe/Berlin", "America/New_York", "Asia/Kolkata")


def run(therapists: int = THERAPISTS, years: int = YEARS, rounds: int = ROUNDS) -> dict[str, Any]:
    """Give each therapist hours of their own and three sessions a day, look for open times as a patient, and open a therapist's week."""
    report = Report("slots")
    with installation("harbour") as house:
        with tenant_scope(house.directory.by_slug("harbour")):
            with unit_of_work():
                patient, people = _account("sam", PATIENT), [_therapist(number) for number in range(2 * therapists)]
            with unit_of_work():
                clients = [new_id() for _ in range(2 * len(people))]
                for uid in people:
                    _book(uid, clients, range(DAYS))
            few, found = _measure(people[:therapists], patient, rounds)
            many, _found = _measure(people, patient, rounds)
            with unit_of_work():
                _book(people[0], [patient], range(-365 * years, 0))
        asked = _week_queries(house, people[0])
    booked = sum(moment.weekday() < 5 for moment in _days(range(DAYS))) * SESSIONS_A_DAY * therapists
    report.figures |= {"therapists": therapists, "days": DAYS, "sessions booked": booked, "open times found": found}
    report.figures |= {"CPU ms": round(few, 2), "CPU ms, twice the therapists": round(many, 2), "years of history": years}
    report.at_most(f"open times of {therapists} therapists over {DAYS} days, CPU ms", few, CPU_MS)
    report.at_most("twice the therapists, CPU over", many / few, GROWTH)
    report.at_most(f"queries of a calendar week after {years} years", asked, MOST_QUERIES)
    return report.as_dict()


def _measure(people: list[UUID], patient: UUID, rounds: int) -> tuple[float, int]:
    """Return the CPU milliseconds of a look, the least of all rounds since neighbours only add, hours and sessions read from the database each time, and how many times were open."""
    spent, found = [], 0
    for _ in range(rounds):
        with unit_of_work(write=False):
            began = clocks.process_time()
            found = len(openings.grid_of(staff.timetables(people), patient, days=DAYS))
            spent.append((clocks.process_time() - began) * 1000)
    return min(spent), found


def _therapist(number: int) -> UUID:
    uid = _account(f"therapist-{number}", THERAPIST)
    hours = {str(day): [[f"{8 + number % 3:02}:{number % 4 * 15:02}", "12:30"], ["13:15", f"{16 + number % 3:02}:30"]] for day in range(5)}
    session().add(staff.Therapist(uid=uid, timezone=ZONES[number % len(ZONES)], hours=hours, formats=["video"], capacity=40, changed_at=clock.now()))
    if number % 10 == 0:
        first = clock.now().date() + timedelta(days=9)
        session().add(staff.TherapistLeave(therapist_uid=uid, first=first, last=first + timedelta(days=4)))
    return uid


def _account(name: str, role: str) -> UUID:
    account = identity.NewAccount(f"{name}@example.org", name, (role,), identity.UserState.ACTIVE)
    return identity.create_account(SYSTEM, account).uid


def _book(therapist: UUID, patients: list[UUID], days: range) -> None:
    """Write sessions on working days, at hours that differ by therapist, each with another patient."""
    now, kind, shift = clock.now(), catalogue.offered()[0].uid, therapist.int % 12 * timedelta(minutes=5)
    common = {"therapist_uid": therapist, "service_uid": kind, "patient_zone": ZONES[0], "therapist_zone": ZONES[0], "format": "video", "cancel_hours": 24}
    rows = [
        {"uid": new_id(), "patient_uid": patients[number % len(patients)], "starts_at": start, "ends_at": start + timedelta(minutes=50), "booking_key": new_id()}
        | {"state": State.BOOKED if start > now else State.DONE, "booked_at": now, "changed_at": now, "ics_sequence": 0}
        for number, start in enumerate(day + timedelta(hours=9 + 2 * turn) + shift for day in _days(days) if day.weekday() < 5 for turn in range(SESSIONS_A_DAY))
    ]
    session().execute(insert(Appointment), [common | row for row in rows])


def _days(days: range) -> list[datetime]:
    today = datetime.combine(clock.now().date(), time(), UTC)
    return [today + timedelta(days=number) for number in days]


def _week_queries(house: House, therapist: UUID) -> int:
    """Count the queries of the therapist's calendar, this week's sessions on it."""
    app, asked = application(house), 0
    cookie, folder = cookie_of(app, house, "harbour", therapist), str(house.directory.by_slug("harbour").files)

    def note(connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        nonlocal asked
        asked += folder in str(connection.engine.url) and statement.lstrip().upper().startswith(("SELECT", "WITH"))

    client = app.test_client(use_cookies=False)
    headers = {"Host": house.directory.by_slug("harbour").host, "Cookie": cookie}
    client.get("/calendar", headers=headers)
    event.listen(Engine, "before_cursor_execute", note)
    try:
        answer = client.get("/calendar", headers=headers)
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    if answer.status_code != 200:
        raise RuntimeError(f"the calendar answered {answer.status_code}")
    return asked
