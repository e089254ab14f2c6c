"""Writing, reading and listing messages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from vtclinic.core import clock, sockets
from vtclinic.core.audit import record
from vtclinic.core.errors import Invalid, NotFound
from vtclinic.core.i18n import gettext as _
from vtclinic.core.policy import Actor, authorize
from vtclinic.core.uow import before_end, session
from vtclinic.features.messaging import notice, policy
from vtclinic.features.messaging.models import Message, MessageDraft, ReadingMark, Thread
from vtclinic.features.records import api as records

LONGEST = 8_000
PAGE = 50
NEW = "message.new"
_CLIENT_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")


@dataclass(frozen=True)
class Sent:
    """What the sender is told once the message is stored; `again` when it was stored before."""

    uid: UUID
    seq: int
    sent_at: datetime
    again: bool


def open_thread(actor: Actor, patient_uid: UUID, therapist_uid: UUID) -> Thread:
    """Return the thread of two people in care, making it when it is not there; raise NotFound without care."""
    thread = _between(patient_uid, therapist_uid)
    fresh = thread is None
    if thread is None:
        thread = Thread(patient_uid=patient_uid, therapist_uid=therapist_uid, created_at=clock.now(), last_seq=0)
    authorize(actor, _can_write, thread)
    if fresh:
        session().add(thread)
        session().flush()
    return thread


def thread_of(actor: Actor, uid: UUID) -> Thread:
    """Return a thread this person may read; raise NotFound."""
    thread = session().get(Thread, uid)
    if thread is None:
        raise NotFound()
    authorize(actor, _can_read, thread)
    return thread


def send_message(actor: Actor, thread_uid: UUID, body: str, client_id: str) -> Sent:
    """Store a message, then tell the other person. Sending the same `client_id` again changes nothing.

    Raises Invalid when there is nothing to send or too much, NotFound when care has ended.
    """
    thread = thread_of(actor, thread_uid)
    authorize(actor, _can_write, thread)
    text = _checked(body, client_id)
    author = _uid(actor)
    known = session().scalar(select(Message).where(Message.thread_uid == thread.uid, Message.author_uid == author, Message.client_id == client_id))
    if known is not None:
        return Sent(known.uid, known.seq, known.sent_at, again=True)
    now = clock.now()
    message = Message(
        thread_uid=thread.uid,
        patient_uid=thread.patient_uid,
        seq=thread.append(author, now),
        author_uid=author,
        client_id=client_id,
        sent_at=now,
        body=text,
    )
    session().add(message)
    _drop_draft(thread.uid, author)
    _mark(session(), thread.uid, author, message.seq)
    record(actor, "message.write", "message", message.uid, patient_uid=thread.patient_uid)
    for person in (thread.patient_uid, thread.therapist_uid):
        sockets.publish(sockets.user_room(person), NEW, {"thread": str(thread.uid), "seq": message.seq})
    notice.tell_by_mail(thread, thread.other(author))
    return Sent(message.uid, message.seq, now, again=False)


def read_messages(actor: Actor, thread: Thread, *, after: int = 0, before: int | None = None) -> list[Message]:
    """Return up to 50 messages in order: those after a number, or the last ones (before a number). Marks them read; audited."""
    query = select(Message).where(Message.thread_uid == thread.uid)
    if after:
        found = list(session().scalars(query.where(Message.seq > after).order_by(Message.seq).limit(PAGE)))
    else:
        bounded = query.where(Message.seq < before) if before else query
        found = list(session().scalars(bounded.order_by(Message.seq.desc()).limit(PAGE)))[::-1]
    record(actor, "message.read", "thread", thread.uid, patient_uid=thread.patient_uid)
    if found:
        last, reader = found[-1].seq, _uid(actor)
        before_end(lambda db: _mark(db, thread.uid, reader, last))
    return found


def list_threads(actor: Actor, *, limit: int = 100) -> list[Thread]:
    """Return this person's threads, the newest first."""
    caseload = records.caseload(_uid(actor)) if actor.is_therapist else []
    query = select(Thread).where(policy.visible_to(actor, caseload)).order_by(Thread.last_at.desc(), Thread.uid).limit(limit)
    return list(session().scalars(query))


def unread_in(actor: Actor, threads: list[Thread]) -> dict[UUID, int]:
    """Return how many messages of the other person wait in each thread."""
    marks = session().scalars(select(ReadingMark).where(ReadingMark.user_uid == actor.uid, ReadingMark.thread_uid.in_([t.uid for t in threads])))
    read = {mark.thread_uid: mark.read_seq for mark in marks}
    return {t.uid: max(0, t.last_seq - read.get(t.uid, 0)) if t.last_author != actor.uid else 0 for t in threads}


def save_draft(actor: Actor, thread_uid: UUID, body: str) -> datetime:
    """Keep what somebody began to write; an empty text forgets it."""
    thread = thread_of(actor, thread_uid)
    author, now = _uid(actor), clock.now()
    draft = draft_of(actor, thread)
    if not body.strip():
        _drop_draft(thread.uid, author)
    elif draft is None:
        session().add(MessageDraft(thread_uid=thread.uid, user_uid=author, patient_uid=thread.patient_uid, saved_at=now, body=body[:LONGEST]))
    else:
        draft.body, draft.saved_at = body[:LONGEST], now
    return now


def draft_of(actor: Actor, thread: Thread) -> MessageDraft | None:
    """Return what this person began to write in a thread."""
    return session().scalar(select(MessageDraft).where(MessageDraft.thread_uid == thread.uid, MessageDraft.user_uid == actor.uid))


def _between(patient_uid: UUID, therapist_uid: UUID) -> Thread | None:
    return session().scalar(select(Thread).where(Thread.patient_uid == patient_uid, Thread.therapist_uid == therapist_uid))


def _can_read(actor: Actor, thread: Thread) -> bool:
    return policy.can_read(actor, thread, in_care=records.in_care)


def _can_write(actor: Actor, thread: Thread) -> bool:
    return policy.can_write(actor, thread, in_care=records.in_care)


def may_write(actor: Actor, thread: Thread) -> bool:
    """Tell whether the composer is open for this person."""
    return _can_write(actor, thread)


def _checked(body: str, client_id: str) -> str:
    text = body.replace("\r\n", "\n").strip()
    if not text:
        raise Invalid(_("Write something before you send."), fields={"body": _("Write something before you send.")})
    if len(text) > LONGEST:
        sentence = _("Your message is too long by %(count)s letters. Send it in two parts.", count=len(text) - LONGEST)
        raise Invalid(sentence, fields={"body": sentence})
    if not _CLIENT_ID.fullmatch(client_id):
        raise Invalid(_("This page is too old to send from. Reload it; what you wrote is saved."))
    return text


def _drop_draft(thread_uid: UUID, user_uid: UUID) -> None:
    draft = session().scalar(select(MessageDraft).where(MessageDraft.thread_uid == thread_uid, MessageDraft.user_uid == user_uid))
    if draft is not None:
        session().delete(draft)


def _mark(db: Session, thread_uid: UUID, user_uid: UUID, seq: int) -> None:
    mark = db.get(ReadingMark, (thread_uid, user_uid))
    if mark is None:
        db.add(ReadingMark(thread_uid=thread_uid, user_uid=user_uid, read_seq=seq, mailed_seq=0))
    elif mark.read_seq < seq:
        mark.read_seq = seq
    db.flush()


def _uid(actor: Actor) -> UUID:
    if actor.uid is None:
        raise NotFound()
    return actor.uid


