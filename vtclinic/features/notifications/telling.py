"""Tell a person something once, by the ways they chose and not in their quiet hours, in the transaction of what happened."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from vtclinic.core import clock, sockets
from vtclinic.core.outbox import queue_mail, withdraw_mail
from vtclinic.core.scope import current_clinic
from vtclinic.core.uow import session
from vtclinic.features.notifications import pushing
from vtclinic.features.notifications.choices import mail_rule, quiet_of, ways_of
from vtclinic.features.notifications.kinds import IN_APP, MAIL, PUSH, Kind, kind_named
from vtclinic.features.notifications.models import Notification, PushOutbox
from vtclinic.identity.service import User, UserState, user

CHANGED = "news.changed"
# Ids and plain words of the address, nothing else.
_PATH = re.compile(r"/(?!/)[a-zA-Z0-9/_.-]*(\?[a-zA-Z0-9=&_.-]*)?(#[a-zA-Z0-9_-]*)?")
_KEY = re.compile(r"[a-zA-Z0-9:._/-]{1,200}")


@dataclass(frozen=True)
class _When:
    """When mail and push may go: at once, or when quiet hours are over; `silent` when only mail still makes sense now."""

    at: datetime | None
    silent: bool = False


def notify(to_uid: UUID, kind: str | Kind, *, key: str, path: str, params: Mapping[str, Any] | None = None, until: datetime | None = None) -> bool:
    """Tell a person once; returns False when this key was told to them before, whoever did it and however long ago.

    `key` holds ids and plain words; `path` leads into the app, and stays there: a letter or notice has an address of its own; `params` go to the mail's template, as do the times in
    them, written on the reader's clock by the caller. What would be of no use after `until` does not wait for the end of quiet hours: it
    goes by mail alone.
    """
    known = kind if isinstance(kind, Kind) else kind_named(kind)
    if not _PATH.fullmatch(path) or not _KEY.fullmatch(key):
        raise ValueError("a notification's path and key hold ids and plain words only")
    person = user(to_uid)
    row = _first(Notification(to_uid=to_uid, kind=known.name, key=key, path=path, created_at=clock.now()))
    if row is None:
        return False
    ways = ways_of(person, [known])[known.name]
    if IN_APP in ways:
        row.in_app = True
        sockets.publish(sockets.user_room(to_uid), CHANGED, {"news": str(row.uid)})
    if person.state == UserState.ACTIVE:
        when = _when(person, known, until)
        if MAIL in ways and known.mail:
            row.mail_uid = _mail(person, known.mail, row, params or {}, when)
        if PUSH in ways and not when.silent:
            pushing.queue(row, at=when.at, until=until)
    return True


def withdraw(to_uid: UUID, *, prefix: str) -> int:
    """Take back what was told under keys that begin so: the lines that are not read, the mails and pushes that have not gone; returns how many lines."""
    begins = Notification.key.startswith(prefix, autoescape=True)
    found = list(session().scalars(select(Notification).where(Notification.to_uid == to_uid, begins)))
    for row in found:
        if row.mail_uid is not None:
            withdraw_mail(row.mail_uid)
        row.in_app = row.in_app and row.read_at is not None
    session().execute(delete(PushOutbox).where(PushOutbox.notification_uid.in_([row.uid for row in found])))
    if found:
        sockets.publish(sockets.user_room(to_uid), CHANGED, {"news": str(found[0].uid)})
    return len(found)


def _first(row: Notification) -> Notification | None:
    known = select(Notification.uid).where(Notification.to_uid == row.to_uid, Notification.key == row.key)
    if session().scalar(known) is not None:
        return None
    try:
        with session().begin_nested():
            session().add(row)
    except IntegrityError:
        return None  # another worker was faster: the unique pair decides, not the look before
    return row


def _when(person: User, kind: Kind, until: datetime | None) -> _When:
    quiet = None if kind.urgent else quiet_of(person)
    end = quiet.over(clock.now()) if quiet else None
    if end is not None and until is not None and end >= until:
        return _When(None, silent=True)
    return _When(end)


def address_of(row: Notification) -> str:
    """Return the address outside the app: it says nothing, and leads to the path once its reader has signed in."""
    return f"/news/{row.uid}"


def _mail(person: User, template: str, row: Notification, params: Mapping[str, Any], when: _When) -> UUID | None:
    rule = mail_rule(person)
    if not rule.allowed:
        return None
    values = {"link": f"{current_clinic().base_url}{address_of(row)}"} | dict(params)
    return queue_mail(person.email, template, values, locale=person.locale, timezone=person.timezone, named=rule.named, not_before=when.at)
