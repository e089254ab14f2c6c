"""A forgotten password: a mailed link, a new password, and every other sign-in ended."""

from __future__ import annotations

from vtclinic.core import clock
from vtclinic.core.audit import record
from vtclinic.core.uow import unit_of_work
from vtclinic.identity import letters, passwords, sessions, throttle
from vtclinic.identity.accounts import as_actor, make_real, store_password
from vtclinic.identity.addresses import tidy_address, user_at
from vtclinic.identity.models import User, UserState
from vtclinic.identity.registration import known_words
from vtclinic.identity.sessions import Visit
from vtclinic.identity.throttle import ACCOUNT, MAIL, MAIL_PLACE
from vtclinic.identity.tokens import Purpose, find, revoke, use


def ask(visit: Visit, email: str) -> None:
    """Mail a link for a new password; says nothing about whether there is an account."""
    address = tidy_address(email)
    with unit_of_work():
        throttle.charge(MAIL_PLACE, visit.place)
        throttle.charge(MAIL, address)
        owner = user_at(address)
        if owner is None or owner.state == UserState.DISABLED:
            return
        letters.send_link(owner, Purpose.INVITE if owner.state == UserState.INVITED else Purpose.RECOVER)
        record(as_actor(owner), "recovery.asked", "user", owner.uid)


def owner_of(token: str) -> User:
    """Return whose password a link would change; raise Gone. Needs a unit of work."""
    return find(token, Purpose.RECOVER).user


def reset(token: str, password: str) -> None:
    """Set a new password by a mailed link. The second step stays: a mailbox alone does not open an account that has one."""
    with unit_of_work(write=False):
        owner = owner_of(token)
    passwords.check_password(password, second_step=owner.is_staff, known_words=known_words(owner.email, owner.name))
    hashed = passwords.hash_password(password)
    with unit_of_work():
        owner = use(token, Purpose.RECOVER).user
        store_password(owner, hashed)
        make_real(owner, at=clock.now())
        sessions.end_sessions(owner.uid)
        revoke(owner)
        throttle.refund(ACCOUNT, owner.email, all_of_it=True)
        letters.send_notice(owner, "account_password_changed")
        record(as_actor(owner), "recovery.done", "user", owner.uid)
