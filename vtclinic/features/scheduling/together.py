"""Open times of many therapists at once, for one kind of session: the number of queries does not grow with them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from uuid import UUID

from vtclinic.core import clock
from vtclinic.core.zones import wall_instant
from vtclinic.features.scheduling import diary
from vtclinic.features.scheduling.busy import busy_of
from vtclinic.features.scheduling.closing.days import background
from vtclinic.features.scheduling.hours import hours_of
from vtclinic.features.scheduling.models import Appointment, ServiceType, ceiling, floor
from vtclinic.features.scheduling.openings import Openings
from vtclinic.features.scheduling.times import Busy, Slot, Window, open_slots
from vtclinic.features.staff import api as staff

# Whoever can do several is booked for the first of these.
LIVE = ("video", "audio", "chat", "message")


def service_of(uid: UUID | None) -> ServiceType:
    """Return a kind of session that is offered; the first one when none is named or it is offered no more."""
    offered = diary.services()
    return next((each for each in offered if each.uid == uid), offered[0])


def open_of_all(
    people: Iterable[staff.Therapist], service_uid: UUID | None = None, *, patient_uid: UUID | None = None, instead_of: Appointment | None = None
) -> dict[UUID, Openings]:
    """Return the open times of each therapist who offers a kind of session; the patient's own time counts as taken, that of `instead_of` does not."""
    # Closed days first: their query brings the kinds of session along.
    closed, service, now = background(patient_uid).closures, service_of(service_uid), clock.now()
    listed = [person for person in people if service.is_offered_by(person.uid)]
    whose = [person.uid for person in listed] + ([patient_uid] if patient_uid else [])
    taken = busy_of(whose, now, now + timedelta(days=service.horizon_days + 1))
    if instead_of is not None:
        taken = {uid: _without(entries, instead_of) if uid in (instead_of.therapist_uid, instead_of.patient_uid) else entries for uid, entries in taken.items()}
    own = [Busy(each.start, each.end, session=False) for each in taken.get(patient_uid, [])] if patient_uid else []
    window, found = Window(now, now + timedelta(days=service.horizon_days), now), {}
    for person in listed:
        hours = hours_of(person, closed.leave_of(person.uid))
        found[person.uid] = Openings(service, open_slots(hours, [*taken[person.uid], *own], service.rules(), window), hours)
    return found


def until_day(slots: Iterable[Slot], last: date, zone: str) -> list[Slot]:
    """Return the slots that end on a day or before, by the clocks of `zone`."""
    end = wall_instant(last + timedelta(days=1), time(0), zone)
    return [slot for slot in slots if slot.end <= end]


def usual_format(therapist: staff.Therapist) -> str:
    """Return how a therapist meets people unless something else was chosen."""
    return next((each for each in LIVE if each in therapist.formats), LIVE[0])


def _without(entries: list[Busy], row: Appointment) -> list[Busy]:
    start, end = floor(row.starts_at), ceiling(row.ends_at)
    place = next((number for number, each in enumerate(entries) if (each.start, each.end) == (start, end)), None)
    return entries if place is None else entries[:place] + entries[place + 1 :]


def starts(found: dict[UUID, Openings]) -> dict[datetime, list[UUID]]:
    """Return who is open at each start, earliest first."""
    by_start: dict[datetime, list[UUID]] = {}
    for uid, shown in found.items():
        for slot in shown.slots:
            by_start.setdefault(slot.start, []).append(uid)
    return dict(sorted(by_start.items()))
