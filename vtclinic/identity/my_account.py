"""What people change about their own account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from vtclinic.core.audit import record
from vtclinic.core.errors import Conflict, Invalid, NotFound
from vtclinic.core.i18n import gettext as _
from vtclinic.core.i18n import known_timezone
from vtclinic.core.policy import Actor, authorize
from vtclinic.core.uow import session, unit_of_work
from vtclinic.identity import letters, passwords, policy, sessions, throttle
from vtclinic.identity.accounts import as_actor, store_password, user
from vtclinic.identity.addresses import index_of, tidy_address, user_at
from vtclinic.identity.models import LoginSession, User
from vtclinic.identity.registration import known_words
from vtclinic.identity.throttle import MAIL
from vtclinic.identity.tokens import Purpose, find, revoke, use

APPEARANCES = ("auto", "light", "dark")


@dataclass(frozen=True)
class Wishes:
    """How somebody wants to be called and to read."""

    name: str
    locale: str
    timezone: str
    appearance: str = "auto"
    easier_letters: bool = False


def own(actor: Actor) -> User:
    """Return the actor's account."""
    if actor.uid is None:
        raise NotFound()
    found = user(actor.uid)
    authorize(actor, policy.can_change, found)
    return found


def change_wishes(actor: Actor, wishes: Wishes) -> None:
    """Store name, language, time zone and look."""
    found = own(actor)
    if wishes.appearance not in APPEARANCES or known_timezone(wishes.timezone) != wishes.timezone:
        raise Invalid(_("Choose one of the answers shown."))
    found.name, found.locale, found.timezone = wishes.name.strip(), wishes.locale, wishes.timezone
    found.appearance, found.easier_letters = wishes.appearance, wishes.easier_letters
    record(actor, "account.changed", "user", found.uid)


def change_password(actor: Actor, new: str) -> None:
    """Set a new password and end the other sign-ins; opens its own units of work. The caller made sure the sign-in is fresh."""
    with unit_of_work(write=False):
        found = own(actor)
    passwords.check_password(new, second_step=found.is_staff, known_words=known_words(found.email, found.name))
    hashed = passwords.hash_password(new)
    with unit_of_work():
        found = own(actor)
        store_password(found, hashed)
        sessions.end_sessions(found.uid, but=actor.session_uid)
        revoke(found, Purpose.RECOVER, Purpose.SIGN_IN)
        letters.send_notice(found, "account_password_changed")
        record(actor, "account.password-changed", "user", found.uid)


def ask_email_change(actor: Actor, new: str) -> None:
    """Mail a link to the new address and tell the old one; an address that has an account gets another mail instead."""
    found, address = own(actor), tidy_address(new)
    throttle.charge(MAIL, str(found.uid))
    taken = user_at(address)
    if taken is None:
        letters.send_link(found, Purpose.CHANGE_EMAIL, address=address)
    elif taken.uid != found.uid:
        letters.send_exists(taken)
    letters.send_notice(found, "account_address_asked")
    record(actor, "account.address-asked", "user", found.uid)


def check_email_change(token: str) -> None:
    """Raise Gone unless this link would still work."""
    find(token, Purpose.CHANGE_EMAIL)


def confirm_email_change(token: str) -> None:
    """Move an account to its new address and tell the old one; other sign-ins go on."""
    row = use(token, Purpose.CHANGE_EMAIL)
    found, address = user(row.user_uid), row.address or ""
    if user_at(address) is not None:
        raise Conflict(_("This address has an account here already."))
    letters.send_notice(found, "account_address_changed", address=found.email)
    letters.send_notice(found, "account_address_changed", address=address)
    found.email, found.email_index = address, index_of(address)
    revoke(found)
    record(as_actor(found), "account.address-changed", "user", found.uid)


def my_sessions(actor: Actor) -> Sequence[LoginSession]:
    """Return where the actor is signed in."""
    return sessions.open_sessions(own(actor).uid)


def end_session(actor: Actor, uid: UUID) -> None:
    """Sign one device out."""
    row = session().get(LoginSession, uid)
    if row is None:
        raise NotFound()
    authorize(actor, policy.can_end, row)
    sessions.end_sessions(row.user_uid, only=uid)
    record(actor, "session.ended", "session", uid)


def end_all_sessions(actor: Actor) -> None:
    """Sign every device out, this one too."""
    found = own(actor)
    sessions.end_sessions(found.uid)
    record(actor, "session.all-ended", "user", found.uid)


def act_as(actor: Actor, role: str) -> None:
    """Go on in another of one's roles."""
    row = session().get(LoginSession, actor.session_uid) if actor.session_uid else None
    if row is None or role not in actor.roles:
        raise NotFound()
    row.acting_role = role
    record(actor, "session.role-chosen", "session", row.uid, reason=role)


def sign_out(actor: Actor) -> None:
    """End this sign-in."""
    if actor.uid is not None and actor.session_uid is not None:
        sessions.end_sessions(actor.uid, only=actor.session_uid)
        record(actor, "sign-out", "user", actor.uid)
