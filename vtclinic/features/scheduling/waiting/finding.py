"""Find who gets which open time: entries in the order of the list, each the earliest time that suits.

It does not matter how a time became open: a session was called off or moved, hours were added, a leave ended, somebody passed. What is found
here is a proposal; the claim decides.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from uuid import UUID

from sqlalchemy import select

from vtclinic.core.uow import session
from vtclinic.core.zones import wall_instant
from vtclinic.features.intake import api as intake
from vtclinic.features.matching import api as matching
from vtclinic.features.records import api as records
from vtclinic.features.scheduling import together, workload
from vtclinic.features.scheduling.models import SlotClaim, grains
from vtclinic.features.scheduling.openings import Openings
from vtclinic.features.scheduling.times import Slot
from vtclinic.features.scheduling.waiting.models import TimeOffer, WaitEntry, Waits
from vtclinic.features.scheduling.waiting.order import hold_until, rank
from vtclinic.features.scheduling.waiting.wishes import fits
from vtclinic.features.staff import api as staff

MOST_ENTRIES = 500
MOST_CANDIDATES = 4


@dataclass(frozen=True)
class Candidate:
    """One open time that suits one entry, and until when it would be kept."""

    therapist_uid: UUID
    slot: Slot
    until: datetime
    service_uid: UUID | None


@dataclass(frozen=True)
class Proposal:
    """The times to try for one entry, best first."""

    entry_uid: UUID
    candidates: list[Candidate]


@dataclass
class _Round:
    """What one look at the list knows; open times are read for a kind of session once."""

    now: datetime
    people: dict[UUID, staff.Therapist]
    licences: dict[UUID, list[staff.Credential]]
    patients: dict[UUID, records.Patient]
    offered: set[tuple[UUID, UUID, datetime]]
    own: dict[UUID, set[datetime]]
    loads: workload.Loads
    most: int = MOST_CANDIDATES
    open: dict[UUID | None, dict[UUID, Openings]] = field(default_factory=dict)
    given: dict[UUID, list[Slot]] = field(default_factory=lambda: defaultdict(list))

    def open_of(self, service_uid: UUID | None) -> dict[UUID, Openings]:
        if service_uid not in self.open:
            self.open[service_uid] = together.open_of_all(self.people.values(), service_uid)
        return self.open[service_uid]


def waiting() -> list[WaitEntry]:
    """Return who waits and has no time kept for them, in the order of the list."""
    held = select(TimeOffer.held_of).where(TimeOffer.held_of.is_not(None))
    rows = session().scalars(select(WaitEntry).where(WaitEntry.state == Waits.WAITING, WaitEntry.uid.not_in(held)))
    return sorted(rows, key=lambda row: rank(row.joined_at, row.level, row.uid))[:MOST_ENTRIES]


def plan(now: datetime) -> list[Proposal]:
    """Return what to offer to whom now."""
    entries = waiting()
    if not entries:
        return []
    known = _look(entries, now)
    made = []
    for entry in entries:
        found = _best(entry, known)
        if found:
            known.given[found[0].therapist_uid].append(found[0].slot)
            made.append(Proposal(entry.uid, found))
    return made


def candidates(entry: WaitEntry, now: datetime, *, most: int = MOST_CANDIDATES) -> list[Candidate]:
    """Return the times that could be offered to one entry now, earliest first."""
    known = _look([entry], now)
    known.most = most
    return _best(entry, known)


def _look(entries: list[WaitEntry], now: datetime) -> _Round:
    patients = {row.patient_uid for row in entries}
    people = {row.uid: row for row in staff.active_therapists()}
    return _Round(
        now,
        people,
        staff.credentials_of(people),
        records.patients(patients),
        _offered(entries, now),
        _own(patients, now),
        workload.loads(people.values()),
    )


def _best(entry: WaitEntry, known: _Round) -> list[Candidate]:
    if entry.patient_uid not in known.patients or not intake.may_be_cared_for(entry.patient_uid):
        return []
    found = [each for uid in _allowed(entry, known) for each in _times(entry, uid, known)]
    found.sort(key=lambda each: (each.slot.start, known.loads.key(each.therapist_uid, each.slot.start)))
    return found[: known.most]


def _allowed(entry: WaitEntry, known: _Round) -> Iterable[UUID]:
    wanted = [uid for uid in entry.therapist_uids if uid in known.people] if entry.therapists else list(known.people)
    caring = set(known.patients[entry.patient_uid].therapist_uids)
    if set(wanted) <= caring:
        return wanted
    fitting = matching.fitting(entry.patient_uid)
    return [uid for uid in wanted if uid in caring or uid in fitting]


def _times(entry: WaitEntry, therapist_uid: UUID, known: _Round) -> Iterator[Candidate]:
    shown = known.open_of(entry.service_uid).get(therapist_uid)
    if shown is None:
        return
    last, notice = _licensed_until(entry, therapist_uid, known), shown.service.rules().notice
    count = 0
    for slot in shown.slots:
        if last is None or slot.end > last or count >= known.most:
            return
        if not _suits(entry, therapist_uid, slot, known):
            continue
        until = hold_until(known.now, slot.start, notice, entry.zone)
        if until is not None:
            count += 1
            yield Candidate(therapist_uid, slot, until, shown.service.uid)


def _suits(entry: WaitEntry, therapist_uid: UUID, slot: Slot, known: _Round) -> bool:
    if (entry.uid, therapist_uid, slot.start) in known.offered:
        return False
    if any(other.start < slot.end and slot.start < other.end for other in known.given[therapist_uid]):
        return False
    if not known.own[entry.patient_uid].isdisjoint(grains(slot.start, slot.end)):
        return False
    return fits(slot.start, known.now, zone_name=entry.zone, days=entry.days, parts=entry.parts, notice_hours=entry.notice_hours)


def _licensed_until(entry: WaitEntry, therapist_uid: UUID, known: _Round) -> datetime | None:
    patient, today = known.patients[entry.patient_uid], known.now.date()
    days = [row.expires_on for row in known.licences[therapist_uid] if row.covers(patient.country, patient.region, today)]
    return wall_instant(max(days) + timedelta(days=1), time(0), known.people[therapist_uid].timezone) if days else None


def _offered(entries: list[WaitEntry], now: datetime) -> set[tuple[UUID, UUID, datetime]]:
    wanted = select(TimeOffer.entry_uid, TimeOffer.therapist_uid, TimeOffer.starts_at).where(
        TimeOffer.entry_uid.in_([row.uid for row in entries]), TimeOffer.starts_at > now
    )
    return {(entry, therapist, start) for entry, therapist, start in session().execute(wanted)}


def _own(patient_uids: set[UUID], now: datetime) -> dict[UUID, set[datetime]]:
    taken: dict[UUID, set[datetime]] = {uid: set() for uid in patient_uids}
    for uid, at in session().execute(select(SlotClaim.holder_uid, SlotClaim.at).where(SlotClaim.holder_uid.in_(patient_uids), SlotClaim.at > now)):
        taken[uid].add(at)
    return taken
