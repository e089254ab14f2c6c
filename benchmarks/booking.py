"""Many who book at once: 100 for one slot and 1,000 for 200, on SQLite and on PostgreSQL, in bookings per second and beside a peer."""

from __future__ import annotations

import dataclasses
import threading
import time as clocks
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from benchmarks import _peer
from benchmarks._installation import installation
from benchmarks._peer import NoPeer, Peer, Race
from benchmarks._postgres import database, server
from benchmarks._report import Report
from benchmarks._steps import steps
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
STEPS = 10
ZONE = "Europe/Dublin"


def run(bookers: int = BOOKERS, many: int = MANY, slots: int = SLOTS, *, peer: bool = True) -> dict[str, Any]:
    """Let patients of one clinic press the same button at the same moment; count who won, and what the others were told.

    With `peer` as many do the same with another program, on the same server and in turn with ours.
    """
    report = Report("booking")
    report.figures["peer"] = "left out"
    with steps(STEPS) as step, installation("harbour") as house:
        contest, clinic = Contest(report, (bookers, many, slots), step), house.directory.by_slug("harbour")
        contest.hold("SQLite", clinic, None)
        with server() as running, ExitStack() as stack:
            if running is None:
                report.figures["PostgreSQL"] = "not installed: left out"
                return report.as_dict()
            url = stack.enter_context(database(running, "bench_booking"))
            upgrade(url, "clinic")
            rival = contest.invite(stack, running) if peer else None
            contest.hold("PostgreSQL", dataclasses.replace(clinic, database_url=url), rival)
            uow.engines().forget(url)
    return report.as_dict()


@dataclass
class Contest:
    """Many on one slot and more on several, for each database and for the peer."""

    report: Report
    sizes: tuple[int, int, int]
    step: Callable[[str], None]

    def invite(self, stack: ExitStack, running: Path) -> Peer | None:
        """Start the peer on a database of its own; None, and a figure that says why, when it cannot be had."""
        try:
            self.step(f"Installing {_peer.NAME}, once")
            python = _peer.install()
            self.step(f"Making the tables of {_peer.NAME}")
            stack.enter_context(database(running, "bench_peer"))
            rival = stack.enter_context(_peer.peer(python, running, "bench_peer"))
        except NoPeer as error:
            self.report.figures["peer"] = str(error)
            return None
        self.report.figures["peer"] = f"{_peer.NAME} {rival.version}"
        self.report.figures["peer: one booking"] = _peer.DOES
        return rival

    def hold(self, name: str, clinic: ClinicScope, rival: Peer | None) -> None:
        """Hold both races, the peer's right after ours of the same size."""
        bookers, many, slots = self.sizes
        self.step(f"{name}: making {bookers + many} patients")
        wishes = _wishes(clinic, self.sizes)
        for who, wanted, at_once in ((wishes[:bookers], 1, bookers), (wishes[bookers:], slots, min(many, AT_ONCE))):
            title = f"{len(who)} bookers on {wanted} slot{'s' if wanted > 1 else ''}"
            self.step(f"{name}: {title}")
            ours = _race(clinic, who, at_once)
            self._figures(name, title, ours)
            self.report.at_most(f"{name}: {title}: winners away from {wanted}", abs(ours.ends["booked"] - wanted), 0)
            self.report.at_most(f"{name}: {title}: told anything but taken", ours.told_otherwise, 0)
            rival = self._beside(rival, title, ours, (len(who), wanted, at_once))

    def _beside(self, rival: Peer | None, title: str, ours: Race, sizes: tuple[int, int, int]) -> Peer | None:
        if rival is None:
            return None
        self.step(f"{_peer.NAME}: {title}")
        try:
            theirs = rival.contend(*sizes)
        except NoPeer as error:
            self.report.figures[f"{_peer.NAME}: {title}"] = str(error)
            return None
        self._figures(_peer.NAME, title, theirs)
        found = {"winners": theirs.ends["booked"], "slots with more than one booking": theirs.twice, "told anything but taken": theirs.told_otherwise}
        self.report.figures.update({f"{_peer.NAME}: {title}, {what}": value for what, value in found.items()})
        ratios = {"answers per second": ours.answers / theirs.answers, "answers per CPU second": ours.cpu_answers / theirs.cpu_answers}
        if sizes[1] > 1:
            ratios |= {"bookings per second": ours.bookings / theirs.bookings}
        self.report.figures.update({f"ours / {_peer.NAME}: {title}, {what}": round(value, 2) for what, value in ratios.items()})
        return rival

    def _figures(self, name: str, title: str, race: Race) -> None:
        found = {"seconds": race.seconds, "CPU seconds": race.cpu, "bookings per second": race.bookings, "answers per second": race.answers}
        self.report.figures.update({f"{name}: {title}, {what}": round(value, 2) for what, value in found.items()})


def _wishes(clinic: ClinicScope, sizes: tuple[int, int, int]) -> list[tuple[Actor, tuple[UUID, Any]]]:
    """Make patients who each want a time: first those who all want the same, then those who share several."""
    bookers, many, slots = sizes
    with tenant_scope(clinic), unit_of_work():
        therapists = [_therapist(number) for number in range(-(-slots // EACH) + 1)]
    with tenant_scope(clinic), unit_of_work(write=False):
        open_now = [(uid, slot.start) for uid in therapists for slot in openings.openings(staff.therapist(uid), None).slots[:EACH]]
    one, shared = open_now[0], open_now[EACH : EACH + slots]
    wanted = [one] * bookers + [shared[number % slots] for number in range(many)]
    return list(zip(_patients(clinic, [therapist for therapist, _start in wanted]), wanted, strict=True))


def _race(clinic: ClinicScope, wishes: list[tuple[Actor, tuple[UUID, Any]]], at_once: int) -> Race:
    """Let each book what they want; the first of them start at the same moment."""
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
        began, used = clocks.monotonic(), clocks.process_time()
        ends = Counter(pool.map(press, range(len(wishes))))
        return Race(ends, clocks.monotonic() - began, clocks.process_time() - used)


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
