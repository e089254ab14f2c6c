"""What the message pages show: rows joined with names, days and the reply promise, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from vtclinic.core import clock
from vtclinic.core.i18n import current_timezone
from vtclinic.core.policy import Actor
from vtclinic.features.crisis import api as crisis
from vtclinic.features.messaging.models import Message, Thread
from vtclinic.features.messaging.service import WORDS, Line
from vtclinic.features.progress import api as progress
from vtclinic.features.records import api as records
from vtclinic.features.staff import api as staff


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
    help: bool = False


def thread_views(actor: Actor, lines: Sequence[Line]) -> list[ThreadView]:
    """Join threads with names, counts and promises."""
    people = people_of(actor, [line.thread for line in lines])
    return [_thread_view(line, people[line.thread.uid]) for line in lines]


def not_written_to(actor: Actor, shown: Sequence[ThreadView]) -> list[Person]:
    """Return a patient's therapists with whom nothing was written yet, so that somebody can write first."""
    if actor.uid is None or not actor.is_patient:
        return []
    known = {view.person.uid for view in shown}
    faces = staff.faces(uid for uid in records.therapists_of(actor.uid) if uid not in known)
    return [_person(uid, {}, faces) for uid in faces]


def people_of(actor: Actor, threads: Sequence[Thread]) -> dict[UUID, Person]:
    """Return the other person of each thread."""
    others = {thread.uid: thread.other(actor.uid) for thread in threads if actor.uid is not None}
    clients = records.named_patients({thread.patient_uid for thread in threads if others[thread.uid] == thread.patient_uid})
    faces = staff.faces(set(others.values()) - clients.keys())
    return {thread_uid: _person(uid, clients, faces) for thread_uid, uid in others.items()}


def _person(uid: UUID, clients: Mapping[UUID, records.NamedPatient], faces: Mapping[UUID, staff.Face]) -> Person:
    if uid in clients:
        return Person(uid, clients[uid].name, clients[uid].name.split(" ")[0], has_photo=False)
    return Person(uid, faces[uid].name, faces[uid].first_name, faces[uid].has_photo)


def message_views(actor: Actor, messages: Sequence[Message], *, after_day: date | None = None) -> list[MessageView]:
    """Turn messages into bubbles with day dividers."""
    day, made = after_day, []
    helped = _helped(actor, messages)
    for message in messages:
        this_day = message.sent_at.astimezone(current_timezone()).date()
        made.append(MessageView(message.seq, message.author_uid == actor.uid, message.body, message.sent_at, this_day if this_day != day else None, message.uid in helped))
        day = this_day
    return made


def numbers_of(actor: Actor, messages: Sequence[MessageView]) -> progress.Numbers | None:
    """Return the numbers for the help beside a message, where there is one."""
    if actor.uid is None or not any(message.help for message in messages):
        return None
    return progress.numbers_for(records.patient(actor.uid).country)


def _helped(actor: Actor, messages: Sequence[Message]) -> set[UUID]:
    """Return which of a patient's own new messages show help beside them; asks only when there are such messages."""
    since = clock.now() - crisis.HELP_SHOWN
    return crisis.found_in(WORDS, [message.uid for message in messages if actor.is_patient and message.author_uid == actor.uid and message.sent_at > since])


def _thread_view(line: Line, person: Person) -> ThreadView:
    due = line.thread.reply_by
    return ThreadView(line.thread.uid, person, line.thread.last_at, line.unread, due, late=due is not None and due < clock.now())
