"""Make and end the addresses by which calendar programs read, and answer such a program."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select

from vtclinic.core import clock
from vtclinic.core.audit import record
from vtclinic.core.crypto import blind_index
from vtclinic.core.errors import Conflict, Invalid, NotFound
from vtclinic.core.i18n import gettext as _
from vtclinic.core.ids import new_id
from vtclinic.core.policy import SYSTEM, Actor, authorize
from vtclinic.core.uow import session
from vtclinic.features.scheduling import policy
from vtclinic.features.scheduling.feeds.entries import entries_of
from vtclinic.features.scheduling.feeds.file import feed_ics
from vtclinic.features.scheduling.feeds.models import CalendarFeed
from vtclinic.identity.service import UserState, users

BYTES = 32
MOST_FEEDS = 6
MOST_LABEL = 60
# How exactly the last use is kept: each program asks many times a day, and a write each time would serve nobody.
USE = timedelta(hours=1)


@dataclass(frozen=True)
class Answer:
    """What a calendar program gets."""

    content: bytes
    changed_at: datetime


def feeds_of(actor: Actor) -> list[CalendarFeed]:
    """Return the actor's own addresses in the role they act in, oldest first."""
    authorize(actor, policy.can_have_feeds)
    wanted = select(CalendarFeed).where(CalendarFeed.owner_uid == actor.uid, CalendarFeed.role == actor.role)
    return list(session().scalars(wanted.order_by(CalendarFeed.made_at, CalendarFeed.uid)))


def make_feed(actor: Actor, label: str) -> tuple[CalendarFeed, str]:
    """Make an address; return it with its secret, which is shown now and stored nowhere."""
    authorize(actor, policy.can_have_feeds)
    words = label.strip()
    if not words or len(words) > MOST_LABEL:
        raise Invalid(_("Say where you use it."), fields={"label": _("Write a word or two, such as “phone”.")})
    if session().execute(select(func.count()).where(CalendarFeed.owner_uid == actor.uid, CalendarFeed.role == actor.role)).scalar_one() >= MOST_FEEDS:
        raise Conflict(_("You have %(count)s addresses already.", count=MOST_FEEDS), hint=_("End one that you do not use. Then make a new one."))
    secret = secrets.token_hex(BYTES)
    feed = CalendarFeed(uid=new_id(), owner_uid=actor.uid, role=actor.role, label=words, secret_hash=_hash(secret), made_at=clock.now())
    session().add(feed)
    _note(actor, feed, "calendar_feed.made")
    return feed, secret


def end_feed(actor: Actor, uid: UUID) -> None:
    """End an address: from now on it leads nowhere."""
    feed = _own(actor, uid)
    _note(actor, feed, "calendar_feed.ended")
    session().delete(feed)


def feed_of(actor: Actor, uid: UUID) -> CalendarFeed:
    """Return one of the actor's own addresses; raise NotFound."""
    return _own(actor, uid)


def read_feed(secret: str) -> tuple[CalendarFeed, Answer]:
    """Return what an address gives; raise NotFound for one that is unknown, ended, or of an account that is switched off."""
    feed = find_feed(secret)
    owner = users([feed.owner_uid]).get(feed.owner_uid)
    if owner is None or owner.state != UserState.ACTIVE or feed.role not in owner.roles:
        raise NotFound()
    found = entries_of(feed, clock.now())
    changed = max([feed.made_at, *(entry.changed_at for entry in found)])
    return feed, Answer(feed_ics(found, owner.timezone), changed)


def find_feed(secret: str) -> CalendarFeed:
    """Return the feed of a secret; raise NotFound."""
    wanted = _hash(secret)
    # The look-up takes a keyed hash, so its time tells nothing about a secret; the comparison is a second lock.
    feed = session().scalar(select(CalendarFeed).where(CalendarFeed.secret_hash == wanted))
    if feed is None or not hmac.compare_digest(feed.secret_hash, wanted):
        raise NotFound()
    return feed


def use_is_news(feed: CalendarFeed, now: datetime) -> bool:
    """Tell whether this use should be written down."""
    return feed.used_at is None or now - feed.used_at >= USE


def note_use(secret: str) -> None:
    """Write down that an address was used now; the trail gets one line for each day of use."""
    feed, now = find_feed(secret), clock.now()
    if feed.used_at is None or feed.used_at.date() != now.date():
        _note(SYSTEM, feed, "calendar_feed.read")
    feed.used_at = now


def _own(actor: Actor, uid: UUID) -> CalendarFeed:
    feed = session().get(CalendarFeed, uid)
    if feed is None:
        raise NotFound()
    authorize(actor, policy.is_own_feed, feed)
    return feed


def _note(actor: Actor, feed: CalendarFeed, action: str) -> None:
    record(actor, action, "calendar_feed", feed.uid, patient_uid=feed.owner_uid if feed.role == "patient" else None)


def _hash(secret: str) -> bytes:
    return blind_index(secret, "calendar-feed")
