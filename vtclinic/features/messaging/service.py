"""Writing, reading and listing messages."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, bindparam, delete, func, select, update
from sqlalchemy.orm import Session

from vtclinic.core import clock, sockets
from vtclinic.core.audit import record
from vtclinic.core.errors import Invalid, NotFound
from vtclinic.core.i18n import gettext as _
from vtclinic.core.policy import Actor, authorize
from vtclinic.core.uow import before_end, once, session
from vtclinic.features.crisis import api as crisis
from vtclinic.features.messaging import notice, policy, promise
from vtclinic.features.messaging.models import Message, MessageDraft, ReadingMark, Thread
from vtclinic.features.records import api as records
from vtclinic.features.staff import api as staff

LONGEST = 8_000
PAGE = 50
UNREAD = "unread threads"
NEW = "message.new"
WORDS = "message"  # what the word list calls what it read here
_CLIENT_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")


@dataclass(frozen=True)
class Sent:
    """What the sender is told once the message is stored; `again` when it was stored before."""

    uid: UUID
    seq: int
    sent_at: datetime
    again: bool


@dataclass(frozen=True)
class Standing:
    """A thread as one person stands to it: what they read, what they began to write, and whether care goes on."""

    thread: Thread
    in_care: bool
    mark: ReadingMark | None
    draft: MessageDraft | None


@dataclass(frozen=True)
class Line:
    """One thread of an inbox and how many messages of the other person wait in it."""

    thread: Thread
    unread: int


def open_thread(actor: Actor, patient_uid: UUID, therapist_uid: UUID) -> Thread:
    """Return the thread of two people in care, making it when it is not there; raise NotFound without care."""
    found = session().scalar(select(Thread).where(Thread.patient_uid == patient_uid, Thread.therapist_uid == therapist_uid))
    thread = found or Thread(patient_uid=patient_uid, therapist_uid=therapist_uid, created_at=clock.now(), last_seq=0)
    in_care = records.in_care(patient_uid, therapist_uid)
    authorize(actor, lambda who, obj: policy.can_write(who, obj, in_care=in_care), thread)
    if found is None:
        session().add(thread)
        session().flush()
    return thread


def standing(actor: Actor, uid: UUID, *, lock: bool = False) -> Standing:
    """Return a thread this person may read, with their mark and draft, by one query; raise NotFound.

    `lock` makes a second writer of the same thread wait, so that numbers and resends stay in order.
    """
    wanted = (
        select(Thread, ReadingMark, MessageDraft, policy.care_goes_on())
        .outerjoin(ReadingMark, and_(ReadingMark.thread_uid == Thread.uid, ReadingMark.user_uid == actor.uid))
        .outerjoin(MessageDraft, and_(MessageDraft.thread_uid == Thread.uid, MessageDraft.user_uid == actor.uid))
        .where(Thread.uid == uid)
    )
    row = session().execute(wanted.with_for_update(of=Thread) if lock else wanted).first()
    if row is None:
        raise NotFound()
    thread, mark, draft, in_care = row
    authorize(actor, lambda who, obj: policy.can_read(who, obj, in_care=in_care), thread)
    return Standing(thread, bool(in_care), mark, draft)


def may_write(actor: Actor, here: Standing) -> bool:
    """Tell whether the composer is open for this person."""
    return policy.can_write(actor, here.thread, in_care=here.in_care)


def send_message(actor: Actor, thread_uid: UUID, body: str, client_id: str) -> Sent:
    """Store a message, then tell the other person. Sending the same `client_id` again changes nothing.

    Raises Invalid when there is nothing to send or too much, NotFound when care has ended.
    """
    here = standing(actor, thread_uid, lock=True)
    authorize(actor, lambda who, _thread: may_write(who, here), here.thread)
    text, author = _checked(body, client_id), _uid(actor)
    known = session().scalar(select(Message).where(Message.thread_uid == thread_uid, Message.author_uid == author, Message.client_id == client_id))
    if known is not None:
        return Sent(known.uid, known.seq, known.sent_at, again=True)
    return _store(actor, here, text, client_id)


def _store(actor: Actor, here: Standing, text: str, client_id: str) -> Sent:
    thread, author, now = here.thread, _uid(actor), clock.now()
    message = Message(
        thread_uid=thread.uid,
        patient_uid=thread.patient_uid,
        seq=thread.append(author, now, reply_by=promised(thread, now)),
        author_uid=author,
        client_id=client_id,
        sent_at=now,
        body=text,
    )
    session().add(message)
    if here.draft is not None:
        session().delete(here.draft)
    _mark(session(), here, author, message.seq)
    record(actor, "message.write", "message", message.uid, patient_uid=thread.patient_uid)
    if author == thread.patient_uid:
        crisis.look_at(author, text, WORDS, message.uid)
    for person in (thread.patient_uid, thread.therapist_uid):
        sockets.publish(sockets.user_room(person), NEW, {"thread": str(thread.uid), "seq": message.seq})
    notice.tell(thread, thread.other(author))
    return Sent(message.uid, message.seq, now, again=False)


def promised(thread: Thread, written_at: datetime) -> datetime:
    """Return by when the therapist's working hours let the patient expect a reply."""
    therapist = staff.faces([thread.therapist_uid])[thread.therapist_uid]
    return promise.reply_by(written_at, therapist.weekly_hours, therapist.timezone)


def read_messages(actor: Actor, here: Standing, *, after: int = 0, before: int | None = None) -> list[Message]:
    """Return up to 50 messages in order: those after a number, or the last ones (before a number). Marks them read; audited."""
    thread, reader = here.thread, _uid(actor)
    query = select(Message).where(Message.thread_uid == thread.uid)
    if after:
        found = list(session().scalars(query.where(Message.seq > after).order_by(Message.seq).limit(PAGE)))
    else:
        bounded = query.where(Message.seq < before) if before else query
        found = list(session().scalars(bounded.order_by(Message.seq.desc()).limit(PAGE)))[::-1]
    record(actor, "message.read", "thread", thread.uid, patient_uid=thread.patient_uid)
    if found and (here.mark is None or here.mark.read_seq < found[-1].seq):
        last = found[-1].seq
        before_end(lambda db: _mark(db, here, reader, last))
    return found


@once
def inbox(actor: Actor) -> list[Line]:
    """Return this person's threads with their unread counts, the newest first, by one query."""
    reader = _uid(actor)
    found = session().execute(_inbox(actor.is_therapist), {"reader": reader})
    return [Line(thread, _unread(thread, reader, read or 0)) for thread, read in found]


def unread_of(whose: ColumnElement[UUID]) -> ScalarSelect[int]:
    """Return the count of somebody's threads with something new for them, as a part of another query."""
    mark = and_(ReadingMark.thread_uid == Thread.uid, ReadingMark.user_uid == whose)
    new = and_(Thread.last_author != whose, Thread.last_seq > func.coalesce(ReadingMark.read_seq, 0))
    counted = select(func.count()).select_from(Thread).outerjoin(ReadingMark, mark).where(policy.visible_to(whose, is_therapist=True), new)
    return counted.scalar_subquery()


@cache
def _inbox(is_therapist: bool) -> Select[Thread, int]:
    # Made once: each page's navigation counts what is unread.
    return (
        select(Thread, ReadingMark.read_seq)
        .outerjoin(ReadingMark, and_(ReadingMark.thread_uid == Thread.uid, ReadingMark.user_uid == bindparam("reader")))
        .where(policy.visible_to(bindparam("reader"), is_therapist=is_therapist))
        .order_by(Thread.last_at.desc(), Thread.uid)
    )


def save_draft(actor: Actor, thread_uid: UUID, body: str) -> datetime:
    """Keep what somebody began to write; an empty text forgets it."""
    here = standing(actor, thread_uid, lock=True)
    thread, now = here.thread, clock.now()
    if not body.strip():
        session().execute(delete(MessageDraft).where(MessageDraft.thread_uid == thread.uid, MessageDraft.user_uid == actor.uid))
    elif here.draft is None:
        session().add(MessageDraft(thread_uid=thread.uid, user_uid=_uid(actor), patient_uid=thread.patient_uid, saved_at=now, body=body[:LONGEST]))
    else:
        here.draft.body, here.draft.saved_at = body[:LONGEST], now
    return now


def _unread(thread: Thread, reader: UUID, read: int) -> int:
    return max(0, thread.last_seq - read) if thread.last_author != reader else 0


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


def texts_of(uids: Iterable[UUID]) -> dict[UUID, str]:
    """Return messages for the clinician whom the word list asked to read them; crisis has authorised them."""
    rows = session().scalars(select(Message).where(Message.uid.in_(list(uids))))
    return {row.uid: row.body for row in rows}


def _mark(db: Session, here: Standing, reader: UUID, seq: int) -> None:
    """Note how far somebody has read; never back, and without a query when their mark is known."""
    if here.mark is None and db.get(ReadingMark, (here.thread.uid, reader)) is None:
        db.add(ReadingMark(thread_uid=here.thread.uid, user_uid=reader, read_seq=seq, mailed_seq=0))
        db.flush()
        return
    own = (ReadingMark.thread_uid == here.thread.uid) & (ReadingMark.user_uid == reader)
    db.execute(update(ReadingMark).where(own, ReadingMark.read_seq < seq).values(read_seq=seq))


def _uid(actor: Actor) -> UUID:
    if actor.uid is None:
        raise NotFound()
    return actor.uid
