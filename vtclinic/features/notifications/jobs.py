"""Work on push messages that wait, and the end of old news."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, select

from vtclinic.core import clock, jobs
from vtclinic.core.uow import unit_of_work
from vtclinic.features.notifications import pushing
from vtclinic.features.notifications.models import Notification, PushOutbox

# Longer than anything is told twice after: the row is what remembers that it was told.
KEPT = timedelta(days=400)
MOST = 1000


@jobs.job(pushing.SEND, retries=0)
def send(*, clinic: str, push: str) -> None:
    """Send one push message; what fails is found again by the sweep."""
    pushing.send(UUID(push))


@jobs.periodic("notifications.sweep", seconds=30)
def sweep(*, clinic: str) -> None:
    """Send the push messages whose time has come."""
    for uid in pushing.due():
        pushing.send(uid)


@jobs.periodic("notifications.tidy", seconds=24 * 3600)
def tidy(*, clinic: str) -> None:
    """Let go of news that is more than a year old."""
    with unit_of_work() as db:
        old = select(Notification.uid).where(Notification.created_at < clock.now() - KEPT).order_by(Notification.created_at).limit(MOST)
        uids = list(db.scalars(old))
        db.execute(delete(PushOutbox).where(PushOutbox.notification_uid.in_(uids)))
        db.execute(delete(Notification).where(Notification.uid.in_(uids)))
