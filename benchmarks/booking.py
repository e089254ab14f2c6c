"""Many who book at once: 100 for one slot and 1,000 for 200, on SQLite and on PostgreSQL, in bookings per second and beside a peer."""

from __future__ import annotations

import dataclasses
import threading
import time as clocks
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any
from uuid import UUID

from benchmarks._installation import installation
from benchmarks._postgres import database, server
from benchmarks._report import Report
from vtclinic.core import clock, uow
from vtclinic.core.ids import new_id
from vtclinic.core.policy import PATIENT, SYSTEM, THERAPIST, Actor
from vtclinic.core.scope import ClinicScope
from vtclinic.core.uow import session, unit_of_work
from vtclinic.features.intake import consents
from vtclinic.features.intake.questions import CONSENTS
from vtclinic.features.records import api as records
from vtclinic.features.scheduling import booking, openings
from vtclinic.features.scheduling.booking import SlotTaken, Wish
from vtclinic.features.staff import api as staff
from vtclinic.identity import service as identity
from vtclinic.tenants.migrate import upgrade
from vtclinic.tenants.scope import tenant_scope

BOOKERS, MANY, SLOTS, AT_ONCE = 100, 1000, 200, 64
EACH = 20
# Tried once beside ours: pretix came from its package, and was still building its own tables after 400 seconds on the machine that tried.
PEER = "not measured: pretix installs from its package, and its tables were not ready within 400 seconds"
ZONE = "Europe/Dublin"


def run(bookers: int = BOOKERS, many: int = MANY, slots: int = SLOTS) -> dict[str, Any]:
    """Let patients of one clinic press the same button at the same moment; count who won, and what the others were told."""
    report = Report("booking")
    report.figures["peer"] = PEER
    with installation("harbour") as house:
        clinic = house.directory.by_slug("harbour")
        _contend(report, "SQLite", clinic, (bookers, many, slots))
        with server() as running:
            if running is None:
                report.figures["PostgreSQL"] = "not installed: left out"
                return report.as_dict()
            with database(running, "bench_booking") as url:
                upgrade(url, "clinic")
                _contend(report, "PostgreSQL", dataclasses.replace(clinic, database_url=url), (bookers, many, slots))
                uow.engines().forget(url)
    return report.as_dict()


def _contend(report: Report, name: str, clinic: ClinicScope, sizes: tuple[int, int, int]) -> None:
    bookers, many, slots = sizes
    with tenant_scope(clinic), unit_of_work():
        therapists = [_therapist(number) for number in range(-(-slots // EACH) + 1)]
    with tenant_scope(clinic), unit_of_work(write=False):
        open_now = [(uid, slot.start) for uid in therapists for slot in openings.openings(staff.therapist(uid), None).slots[:EACH]]
    one, shared = open_now[0], open_now[EACH : EACH + slots]
    wanted = [one] * bookers + [shared[number % slots] for number in range(many)]
    wishes = list(zip(_patients(clinic, [therapist for therapist, _start in wanted]), wanted, strict=True))
    ends, seconds = _race(clinic, wishes[:bookers], bookers)
    report.figures[f"{name}: {bookers} bookers on 1 slot, seconds"] = round(seconds, 2)
    _count(report, f"{name}: {bookers} bookers on 1 slot", ends, 1)
    ends, seconds = _race(clinic, wishes[bookers:], min(many, AT_ONCE))
    report.figures[f"{name}: bookings per second, {many} bookers on {slots} slots"] = round(ends["booked"] / seconds, 1)
    report.figures[f"{name}: answers per second"] = round(many / seconds, 1)
    _count(report, f"{name}: {many} bookers on {slots} slots", ends, slots)


def _count(report: Report, name: str, ends: Counter[str], wins: int) -> None:
    report.at_most(f"{name}: winners away from {wins}", abs(ends["booked"] - wins), 0)
    report.at_most(f"{name}: told anything but taken", ends.total() - ends["booked"] - ends["taken"], 0)


def _race(clinic: ClinicScope, wishes: list[tuple[Actor, tuple[UUID, Any]]], at_once: int) -> tuple[Counter[str], float]:
    """Return what became of each, and the seconds it took; the first of them start at the same moment."""
    ready = threading.Barrier(at_once)

    def press(number: int) -> str:
        if number < at_once:
            ready.wait(60)
        patient, (therapist, start) = wishes[number]
        try:
            with tenant_scope(clinic), unit_of_work():
                booking.book(patient, Wish(therapist, start, ZONE, new_id()))
        except SlotTaken:
            return "taken"
        except Exception as error:  # whatever it is, it is counted: that is the measurement
            return type(error).__name__
        return "booked"

    with ThreadPoolExecutor(at_once) as pool:
        began = clocks.monotonic()
        ends = Counter(pool.map(press, range(len(wishes))))
        return ends, clocks.monotonic() - began


def _therapist(number: int) -> UUID:
    uid = _account(f"therapist-{number}", THERAPIST)
    hours = {str(day): [["09:00", "17:00"]] for day in range(7)}
    session().add(staff.Therapist(uid=uid, timezone=ZONE, hours=hours, formats=["video"], capacity=2000, changed_at=clock.now()))
    session().add(
        staff.Credential(
            therapist_uid=uid, number="IE-1", country="IE", title="Psychotherapist", register="Irish register", expires_on=date(2099, 1, 1),
            state=staff.CredentialState.VERIFIED, submitted_at=clock.now(), checked_at=clock.now(),
        )
    )
    return uid


def _patients(clinic: ClinicScope, therapists: list[UUID]) -> list[Actor]:
    """Make patients who agreed to care, each in the care of one of these."""
    made = []
    with tenant_scope(clinic), unit_of_work():
        for number, therapist in enumerate(therapists):
            uid = _account(f"patient-{number}", PATIENT)
            who = Actor(uid=uid, role=PATIENT, roles=frozenset({PATIENT}), clinic_uid=clinic.uid, name=f"patient-{number}", mfa=True)
            records.change_profile(who, uid, place={"country": "IE", "region": "", "city": ""})
            for kind in CONSENTS:
                consents.give(who, kind)
            records.open_care(SYSTEM, uid, therapist)
            made.append(who)
    return made


def _account(name: str, role: str) -> UUID:
    account = identity.NewAccount(f"{name}@example.org", name, (role,), identity.UserState.ACTIVE)
    return identity.create_account(SYSTEM, account).uid
