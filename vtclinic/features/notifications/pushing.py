"""Push messages wait in the clinic's database, like mails, and go to the browsers that asked for them.

A worker that dies between sending and noting it sends once more, under the same topic (RFC 8030 §5.4) and the same tag: the push service
replaces the first, and the browser shows one.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from vtclinic.core import clock, http, jobs
from vtclinic.core.i18n import gettext, locale_scope
from vtclinic.core.scope import current_clinic
from vtclinic.core.uow import after_commit, session, unit_of_work
from vtclinic.core.urls import NotFetched
from vtclinic.features.notifications import push_crypto, pushes
from vtclinic.features.notifications.kinds import maybe_kind
from vtclinic.features.notifications.models import Notification, PushOutbox, PushSubscription
from vtclinic.features.notifications.push_crypto import Browser, Sealed
from vtclinic.identity.service import user

log = logging.getLogger(__name__)

SEND = "notifications.push"
USEFUL = timedelta(days=1)
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=1)
# Longer than a request may take: nobody else takes a message that is being sent.
_IN_HAND = timedelta(minutes=2)
_LIMITS = http.Limits(total=20.0, size=64 * 1024)
_GONE, _LATER = {404, 410}, {408, 425, 429}


@dataclass(frozen=True)
class _Ready:
    """One message that is about to go."""

    uid: UUID
    subscription_uid: UUID
    endpoint: str
    sealed: Sealed
    attempts: int


def queue(row: Notification, *, at: datetime | None, until: datetime | None) -> None:
    """Queue a notification for each browser of its reader: at once, or when `at` has come; useless after `until`."""
    now = clock.now()
    first = at or now
    expires = min(until or first + USEFUL, first + USEFUL)
    if expires <= first:
        return
    for uid in session().scalars(select(PushSubscription.uid).where(PushSubscription.user_uid == row.to_uid)):
        waiting = PushOutbox(notification_uid=row.uid, subscription_uid=uid, next_try=first, expires_at=expires)
        session().add(waiting)
        if first <= now:
            _after_commit(str(waiting.uid))


def due(limit: int = 200) -> list[UUID]:
    """List messages whose time has come."""
    with unit_of_work(write=False) as db:
        return list(db.scalars(select(PushOutbox.uid).where(PushOutbox.next_try <= clock.now()).order_by(PushOutbox.next_try).limit(limit)))


def send(uid: UUID) -> bool:
    """Try to send one message now; returns whether it is settled. Opens its own units of work, and none while it waits for the push service."""
    ready = _take(uid)
    if ready is None:
        return True
    try:
        answer = http.post(ready.endpoint, ready.sealed.body, ready.sealed.headers, limits=_LIMITS)
    except NotFetched as error:
        # An address that leads nowhere it may lead is no push service.
        status, pause = (410, "") if error.lasting else (503, "")
    else:
        status, pause = answer.status, answer.headers.get("retry-after", "")
    with unit_of_work():
        return _settle(ready, status, pause)


def _take(uid: UUID) -> _Ready | None:
    with unit_of_work() as db:
        row, now = db.get(PushOutbox, uid, with_for_update=True), clock.now()
        if row is None or row.next_try > now:
            return None
        told, browser = db.get(Notification, row.notification_uid), db.get(PushSubscription, row.subscription_uid)
        if told is None or browser is None or row.expires_at <= now:
            db.delete(row)
            return None
        row.attempts += 1
        row.next_try = now + _IN_HAND
        return _Ready(uid, browser.uid, browser.endpoint, _sealed(told, browser, row.expires_at - now, now), row.attempts)


def _sealed(told: Notification, browser: PushSubscription, useful: timedelta, now: datetime) -> Sealed:
    reader, kind = user(told.to_uid), maybe_kind(told.kind)
    with locale_scope(reader.locale, reader.timezone):
        words = {"text": gettext("You have a new notice"), "path": f"/news/{told.uid}", "tag": told.uid.hex}
    where = Browser(browser.endpoint, browser.p256dh, browser.auth)
    made = push_crypto.seal(where, words, pushes.clinic_key().private, contact=f"mailto:no-reply@{current_clinic().host}", now=now)
    about = {"ttl": str(int(useful.total_seconds())), "urgency": "high" if kind and kind.urgent else "normal", "topic": told.uid.hex}
    return Sealed(made.body, made.headers | about)


def _settle(ready: _Ready, status: int, pause: str) -> bool:
    row = session().get(PushOutbox, ready.uid)
    if status in _GONE:
        pushes.remove_all([ready.subscription_uid])
        return True
    if status in _LATER or status >= 500:
        if row is not None:
            row.next_try = clock.now() + _pause(ready.attempts, pause)
        return False
    if status < 300:
        browser = session().get(PushSubscription, ready.subscription_uid)
        if browser is not None:
            browser.used_at = clock.now()
    else:
        log.warning("a push service refused a message", extra={"status": status})
    if row is not None:
        session().delete(row)
    return True


def _pause(attempts: int, asked: str) -> timedelta:
    own = min(_FIRST_PAUSE * 2 ** min(attempts - 1, 10), _LONGEST_PAUSE)
    return max(own, min(timedelta(seconds=int(asked)), USEFUL)) if asked.isdigit() and len(asked) < 9 else own


def _after_commit(uid: str) -> None:
    slug = current_clinic().slug
    after_commit(lambda: jobs.enqueue(SEND, clinic=slug, push=uid))
