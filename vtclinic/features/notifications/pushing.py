"""Push messages wait in the clinic's database, like mails, and go to the browsers that asked for them."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from vtclinic.core import clock, jobs
from vtclinic.core.scope import current_clinic
from vtclinic.core.uow import after_commit, session
from vtclinic.features.notifications.models import Notification, PushOutbox, PushSubscription

SEND = "notifications.push"
USEFUL = timedelta(days=1)


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


def _after_commit(uid: str) -> None:
    slug = current_clinic().slug
    after_commit(lambda: jobs.enqueue(SEND, clinic=slug, push=uid))
