"""Somebody who waits for a time, somebody for whom one is kept, and a session inside a leave: what makes those pages worth opening."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from vtclinic.core import clock
from vtclinic.core.policy import Actor
from vtclinic.features.scheduling import booking
from vtclinic.features.scheduling.waiting import joining, offering
from vtclinic.features.scheduling.waiting.models import Level
from vtclinic.features.scheduling.waiting.wishes import Wishes
from vtclinic.features.staff import practice
from vtclinic.identity import service as identity
from vtclinic.identity.accounts import as_actor

JAKUB, GRACE = "jakub@patients.example", "grace@patients.example"
AMARA, NIAMH = "amara@harbour.example", "niamh@harbour.example"
DUBLIN = "Europe/Dublin"


def seed_waiting(admin: Actor, now: datetime) -> None:
    """Put two people on the list, keep a time for one, and let a therapist be away on a day with a session."""
    jakub, grace, amara, niamh = (identity.user_by_email(email) for email in (JAKUB, GRACE, AMARA, NIAMH))
    with clock.at(now - timedelta(days=12)):
        entry = joining.join(as_actor(jakub), jakub.uid, Wishes(DUBLIN, (amara.uid,)))
    with clock.at(now - timedelta(days=2)):
        later = joining.join(as_actor(grace), grace.uid, Wishes(DUBLIN, (niamh.uid,), parts=("evening",)))
        joining.set_level(admin, later.uid, Level.SOON, "Asked by her doctor to begin before the new year.")
    times = offering.open_to(entry)
    if len(times) > 3:
        offering.offer_by_hand(admin, entry.uid, times[3].therapist_uid, times[3].slot.start)
    _away(as_actor(jakub), as_actor(amara), niamh.uid, now)


def _away(patient: Actor, therapist: Actor, cover_uid: UUID, now: datetime) -> None:
    assert therapist.uid is not None
    with clock.at(now - timedelta(days=1)):
        slots = [slot for slot in booking.open_times(patient, therapist.uid).openings.slots if slot.start > now + timedelta(days=9)]
        if slots:
            booking.book(patient, booking.Wish(therapist.uid, slots[0].start, DUBLIN, uuid4()))
    if slots:
        day = slots[0].start.date()
        practice.add_leave(therapist, therapist.uid, day, day, cover_uid=cover_uid, words="I am at a training. I am back the day after, and Niamh knows how we work.")
