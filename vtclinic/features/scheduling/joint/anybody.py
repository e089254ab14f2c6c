"""Book with whoever of several has most room: one list of times, and at each the least loaded of those who are free."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from vtclinic.core import clock
from vtclinic.core.policy import Actor, authorize
from vtclinic.features.intake import api as intake
from vtclinic.features.matching import api as matching
from vtclinic.features.records import api as records
from vtclinic.features.scheduling import policy, together, workload
from vtclinic.features.scheduling.openings import Openings
from vtclinic.features.staff import api as staff


def open_times(actor: Actor) -> Openings | None:
    """Return the times at which any therapist is free whom this patient may choose; None when there is nobody."""
    found = _open(actor)
    if not found:
        return None
    slots = sorted({slot for shown in found.values() for slot in shown.slots})
    first = next(iter(found.values()))
    return Openings(first.service, slots, first.hours)


def choose(actor: Actor, start: datetime) -> UUID | None:
    """Return who takes a session at a time: the least loaded that week; None when nobody is free any more."""
    found = _open(actor)
    free = [uid for uid, shown in found.items() if shown.has(start)]
    return workload.loads(staff.therapists(free).values()).least(free, start) if free else None


def _open(actor: Actor) -> dict[UUID, Openings]:
    authorize(actor, policy.can_book)
    assert actor.uid is not None
    told = intake.needs(actor.uid)
    country, region = (told.country, told.region) if told is not None else (records.patient(actor.uid).country, records.patient(actor.uid).region)
    able = matching.to_book(actor.uid)
    people = {person: last for person, last in staff.licensed(country, region, clock.now().date()) if person.uid in able}
    every, found = together.open_of_all(people, patient_uid=actor.uid), {}
    for person, last in people.items():
        shown = every.get(person.uid)
        if shown is not None:
            found[person.uid] = Openings(shown.service, together.until_day(shown.slots, last, person.timezone), shown.hours)
    return found
