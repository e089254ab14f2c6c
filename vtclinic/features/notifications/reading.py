"""The news of one person: what waits, and what they have seen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, func, select, update

from vtclinic.core import clock, sockets
from vtclinic.core.errors import NotFound
from vtclinic.core.i18n import gettext as _
from vtclinic.core.policy import Actor, authorize
from vtclinic.core.uow import session
from vtclinic.features.notifications import policy
from vtclinic.features.notifications.kinds import maybe_kind
from vtclinic.features.notifications.models import Notification
from vtclinic.features.notifications.telling import CHANGED

SHOWN = 50
NEW = "news"


@dataclass(frozen=True)
class Line:
    """One line of news in the reader's language."""

    uid: UUID
    text: str
    at: datetime
    is_new: bool


def title_of(row: Notification) -> str:
    """Return a notification's neutral sentence in the reader's language."""
    kind = maybe_kind(row.kind)
    return str(kind.title) if kind else _("Something is new for you")


def lines(actor: Actor) -> list[Line]:
    """Return the actor's news, newest first."""
    wanted = select(Notification).where(Notification.to_uid == _uid(actor), Notification.in_app).order_by(Notification.created_at.desc(), Notification.uid.desc())
    return [Line(row.uid, title_of(row), row.created_at, row.read_at is None) for row in session().scalars(wanted.limit(SHOWN))]


def new_of(whose: ColumnElement[UUID]) -> ScalarSelect[int]:
    """Return the count of what somebody has not seen, as a part of another query."""
    return select(func.count()).select_from(Notification).where(Notification.to_uid == whose, Notification.read_at.is_(None), Notification.in_app).scalar_subquery()


def path_of(actor: Actor, uid: UUID) -> str:
    """Return where one of the actor's news leads."""
    return _own(actor, uid).path


def take(actor: Actor, uid: UUID) -> str:
    """Note that the actor goes where a line leads; returns the path."""
    row = _own(actor, uid)
    _mark(row.to_uid, [uid])
    return row.path


def mark_all_read(actor: Actor) -> None:
    """Note that the actor has seen everything."""
    _mark(_uid(actor), None)


def _mark(to_uid: UUID, uids: Iterable[UUID] | None) -> None:
    change = update(Notification).where(Notification.to_uid == to_uid, Notification.read_at.is_(None))
    if uids is not None:
        change = change.where(Notification.uid.in_(list(uids)))
    session().execute(change.values(read_at=clock.now()))
    sockets.publish(sockets.user_room(to_uid), CHANGED, {})


def _own(actor: Actor, uid: UUID) -> Notification:
    row = session().get(Notification, uid)
    if row is None:
        raise NotFound()
    authorize(actor, policy.can_read, row)
    return row


def _uid(actor: Actor) -> UUID:
    if actor.uid is None:
        raise NotFound()
    return actor.uid
