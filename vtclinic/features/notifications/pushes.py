"""The browsers that may be pushed to: asked for by their owner, listed, taken away."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import delete, select

from vtclinic.core import clock
from vtclinic.core.audit import record
from vtclinic.core.crypto import blind_index
from vtclinic.core.errors import NotFound
from vtclinic.core.policy import Actor, authorize
from vtclinic.core.uow import session
from vtclinic.features.notifications import policy, push_crypto
from vtclinic.features.notifications.models import PushKey, PushOutbox, PushSubscription

ENDPOINT = "push-endpoint"
# Who has more forgets the oldest: browsers that are thrown away never say so.
MOST = 10
_ONLY = 1


def clinic_key() -> PushKey:
    """Return the clinic's key for push, made when it is first needed."""
    found = session().get(PushKey, _ONLY, with_for_update=True)
    if found is None:
        private, public = push_crypto.new_key()
        found = PushKey(number=_ONLY, private=private, public=public, created_at=clock.now())
        session().add(found)
        session().flush()
    return found


def allow(actor: Actor, endpoint: str, p256dh: str, auth: str, *, device: str) -> PushSubscription:
    """Push to this browser of the actor from now on; one that somebody else used before is the actor's now. Raises Invalid."""
    if actor.uid is None:
        raise NotFound()
    browser = push_crypto.checked(endpoint, p256dh, auth)
    index = blind_index(endpoint, ENDPOINT)
    found = session().scalar(select(PushSubscription).where(PushSubscription.endpoint_index == index))
    if found is None:
        found = PushSubscription(endpoint=browser.endpoint, endpoint_index=index)
        session().add(found)
    elif found.user_uid != actor.uid:
        _forget_waiting([found.uid])
    found.user_uid, found.p256dh, found.auth, found.device, found.created_at = actor.uid, browser.p256dh, browser.auth, device, clock.now()
    session().flush()
    remove_all([row.uid for row in devices(actor)[MOST:]])
    record(actor, "push.allowed", "push", found.uid)
    return found


def devices(actor: Actor) -> list[PushSubscription]:
    """Return the actor's browsers, the newest first."""
    wanted = select(PushSubscription).where(PushSubscription.user_uid == actor.uid)
    return list(session().scalars(wanted.order_by(PushSubscription.created_at.desc(), PushSubscription.uid.desc())))


def remove(actor: Actor, uid: UUID) -> None:
    """Push to one browser no more."""
    row = session().get(PushSubscription, uid)
    if row is None:
        raise NotFound()
    authorize(actor, policy.can_remove, row)
    remove_all([uid])
    record(actor, "push.ended", "push", uid)


def remove_all(uids: list[UUID]) -> None:
    """Forget browsers, and what waits for them."""
    _forget_waiting(uids)
    session().execute(delete(PushSubscription).where(PushSubscription.uid.in_(uids)))


def forget_person(user_uid: UUID) -> None:
    """Forget every browser of somebody whose account was switched off."""
    remove_all(list(session().scalars(select(PushSubscription.uid).where(PushSubscription.user_uid == user_uid))))


def _forget_waiting(uids: list[UUID]) -> None:
    session().execute(delete(PushOutbox).where(PushOutbox.subscription_uid.in_(uids)))
