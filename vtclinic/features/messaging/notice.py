"""Telling somebody outside the thread that a message waits: once until they read, by the ways they chose."""

from __future__ import annotations

from uuid import UUID

from vtclinic.core.i18n import lazy
from vtclinic.core.policy import PATIENT, THERAPIST
from vtclinic.core.uow import session
from vtclinic.features.messaging.models import ReadingMark, Thread
from vtclinic.features.notifications import api as notifications

# No line in the app: the messages have a count of their own.
NEW_MESSAGE = notifications.Kind(
    "message.new",
    lazy("You have a new message"),
    mail="new-message",
    about=lazy("A new message"),
    ways=frozenset({notifications.MAIL, notifications.PUSH}),
    roles=frozenset({PATIENT, THERAPIST}),
)


def tell(thread: Thread, person_uid: UUID) -> None:
    """Tell this person, unless they were told already since they last read."""
    mark = session().get(ReadingMark, (thread.uid, person_uid))
    if mark is None:
        mark = ReadingMark(thread_uid=thread.uid, user_uid=person_uid, read_seq=0, mailed_seq=0)
        session().add(mark)
    if mark.mailed_seq > mark.read_seq:
        return
    mark.mailed_seq = thread.last_seq
    notifications.notify(person_uid, NEW_MESSAGE, key=f"message:{thread.uid}:{thread.last_seq}", path=f"/messages/{thread.uid}")
