"""CPU of one look at which reminders are due, among 100,000 future appointments, and of telling them."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select

from benchmarks._installation import installation
from benchmarks._report import Report
from vtclinic.core import clock
from vtclinic.core.ids import new_id
from vtclinic.core.policy import PATIENT, SYSTEM, THERAPIST
from vtclinic.core.uow import session, unit_of_work
from vtclinic.features.scheduling import jobs, reminders
from vtclinic.features.scheduling.models import Appointment, PlannedNotice, ServiceType, State
from vtclinic.features.scheduling.reminder_times import Coming, patient_times
from vtclinic.identity import service as identity
from vtclinic.tenants.scope import tenant_scope

SCAN_MS = 50.0
APPOINTMENTS, DUE, LOOKS = 100_000, 100, 20
AHEAD = timedelta(days=60)
BATCH = 5000


def run(appointments: int = APPOINTMENTS, due: int = DUE) -> dict[str, Any]:
    """Fill one clinic's future, make some reminders due, and look."""
    report = Report("reminders")
    with installation("harbour") as house, tenant_scope(house.directory.by_slug("harbour")):
        with unit_of_work():
            people = [_person(PATIENT), _person(THERAPIST)]
        for start in range(0, appointments, BATCH):
            _book(people, start, min(start + BATCH, appointments), appointments)
        with unit_of_work():
            _make_due(due)
        with unit_of_work(write=False) as db:
            report.figures |= {"appointments": db.scalar(select(func.count()).select_from(Appointment)), "planned": db.scalar(select(func.count()).select_from(PlannedNotice))}
        found, spent = _look()
        report.figures |= {"due": found}
        report.at_most("CPU ms of one look", spent * 1000, SCAN_MS)
        report.at_least("due reminders found", found, due)
        begun = time.process_time()
        jobs.remind(clinic="harbour")
        report.figures |= {"CPU ms to tell one": round((time.process_time() - begun) / max(found, 1) * 1000, 2)}
        report.at_most("still due after they were told", _look()[0], 0)
    return report.as_dict()


def _look() -> tuple[int, float]:
    spent, found = [], 0
    for _ in range(LOOKS):
        begun = time.process_time()
        with unit_of_work(write=False):
            found = len(reminders.due(jobs.MOST_REMINDERS))
        spent.append(time.process_time() - begun)
    return found, sorted(spent)[LOOKS // 2]


def _person(role: str) -> UUID:
    return identity.create_account(SYSTEM, identity.NewAccount(f"{role}@example.org", "Somebody", (role,), identity.UserState.ACTIVE)).uid


def _book(people: list[UUID], first: int, last: int, total: int) -> None:
    now = clock.now()
    with unit_of_work() as db:
        kind = db.scalar(select(ServiceType.uid)) or _kind()
        made = [_appointment(people, kind, now, AHEAD * (number + 1) / total + timedelta(hours=3)) for number in range(first, last)]
        db.execute(insert(Appointment), made)
        db.execute(insert(PlannedNotice), [notice for row in made for notice in _notices(row)])


def _kind() -> UUID:
    kind = ServiceType(name="Session", minutes=50)
    session().add(kind)
    session().flush()
    return kind.uid


def _appointment(people: list[UUID], kind: UUID, now: Any, ahead: timedelta) -> dict[str, Any]:
    start = now + ahead
    zones = {"patient_zone": "Europe/Dublin", "therapist_zone": "Europe/Dublin"}
    times = {"starts_at": start, "ends_at": start + timedelta(minutes=50), "booked_at": now, "changed_at": now}
    who = {"patient_uid": people[0], "therapist_uid": people[1], "service_uid": kind}
    return {"uid": new_id(), "booking_key": new_id(), "format": "video", "state": State.BOOKED, "cancel_hours": 24, "ics_sequence": 0} | zones | times | who


def _notices(row: dict[str, Any]) -> list[dict[str, Any]]:
    coming = Coming(row["starts_at"], row["starts_at"] - timedelta(hours=24), row["patient_zone"])
    return [
        {"appointment_uid": row["uid"], "to_uid": row["patient_uid"], "kind": found.kind, "due_at": found.at, "until": row["starts_at"]}
        for found in patient_times(coming, row["booked_at"])
    ]


def _make_due(count: int) -> None:
    chosen = list(session().scalars(select(PlannedNotice).order_by(PlannedNotice.due_at.desc()).limit(count)))
    for row in chosen:
        row.due_at = clock.now() - timedelta(seconds=1)
