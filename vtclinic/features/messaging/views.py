"""What the message pages show: rows joined with names, days and the reply promise, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from vtclinic.core import clock
from vtclinic.core.i18n import current_timezone
from vtclinic.core.policy import Actor
from vtclinic.features.messaging import promise, service
from vtclinic.features.messaging.models import Message, Thread
from vtclinic.features.records import api as records
from vtclinic.features.staff import api as staff
from vtclinic.identity import service as identity


@dataclass(frozen=True)
class Person:
    """The other one of a thread as this reader may see them; a patient has initials only."""

    uid: UUID
    name: str
    first_name: str
    has_photo: bool


@dataclass(frozen=True)
class ThreadView:
    """One line of the list."""

    uid: UUID
    person: Person
    last_at: datetime | None
    unread: int
    waiting_by: datetime | None
    late: bool


@dataclass(frozen=True)
class MessageView:
    """One bubble; `new_day` is set when it is the first of its day."""

    seq: int
    mine: bool
    body: str
    sent_at: datetime
    new_day: date | None


def thread_views(actor: Actor, threads: Sequence[Thread]) -> list[ThreadView]:
    """Join threads with names, counts and promises."""
    unread = service.unread_in(actor, list(threads))
    people = people_of(actor, threads)
    therapists = staff.therapists([thread.therapist_uid for thread in threads])
    return [_thread_view(thread, people[thread.uid], unread[thread.uid], _promise(thread, therapists)) for thread in threads]


def people_of(actor: Actor, threads: Sequence[Thread]) -> dict[UUID, Person]:
    """Return the other person of each thread."""
    others = {thread.uid: thread.other(actor.uid) for thread in threads if actor.uid is not None}
    users = identity.users(list(others.values()))
    theirs = [thread.therapist_uid for thread in threads if others[thread.uid] == thread.therapist_uid]
    therapists = staff.therapists(theirs) if theirs else {}
    patients = records.patients([thread.patient_uid for thread in threads if others[thread.uid] == thread.patient_uid])
    made = {}
    for thread_uid, uid in others.items():
        patient, user = patients.get(uid), users[uid]
        name = (patient.preferred_name if patient is not None else "") or user.name
        made[thread_uid] = Person(uid, name, name.split(" ")[0], uid in therapists and bool(therapists[uid].has_photo))
    return made


def message_views(actor: Actor, messages: Sequence[Message], *, after_day: date | None = None) -> list[MessageView]:
    """Turn messages into bubbles with day dividers."""
    day, made = after_day, []
    for message in messages:
        this_day = message.sent_at.astimezone(current_timezone()).date()
        made.append(MessageView(message.seq, message.author_uid == actor.uid, message.body, message.sent_at, this_day if this_day != day else None))
        day = this_day
    return made


def promise_of(thread: Thread) -> datetime | None:
    """Return when the patient of this thread can expect a reply, while one is due."""
    return _promise(thread, staff.therapists([thread.therapist_uid]))


def promise_for_next(thread: Thread) -> datetime:
    """Return when a reply could be expected to a message written now."""
    return _by(clock.now(), thread, staff.therapists([thread.therapist_uid]))


def _thread_view(thread: Thread, person: Person, unread: int, due: datetime | None) -> ThreadView:
    return ThreadView(thread.uid, person, thread.last_at, unread, due, late=due is not None and due < clock.now())


def _promise(thread: Thread, therapists: dict[UUID, staff.Therapist]) -> datetime | None:
    return _by(thread.waiting_since, thread, therapists) if thread.waiting_since is not None else None


def _by(written_at: datetime, thread: Thread, therapists: dict[UUID, staff.Therapist]) -> datetime:
    therapist = therapists.get(thread.therapist_uid)
    hours, timezone = (therapist.weekly_hours, therapist.timezone) if therapist is not None else ({}, "UTC")
    return promise.reply_by(written_at, hours, timezone)
