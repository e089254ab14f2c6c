"""Opening an account: by oneself where the clinic allows it, or by an invitation.

What a stranger sees is the same whether or not the address has an account. Functions that hash open their own units of work.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete

from vtclinic.core import clock
from vtclinic.core.audit import record
from vtclinic.core.errors import Forbidden, Invalid
from vtclinic.core.i18n import gettext as _
from vtclinic.core.ids import new_token
from vtclinic.core.policy import PATIENT
from vtclinic.core.scope import current_clinic
from vtclinic.core.uow import session, unit_of_work
from vtclinic.identity import letters, passwords, sessions, throttle
from vtclinic.identity.accounts import NewAccount, add_user, as_actor, make_real, store_password
from vtclinic.identity.addresses import tidy_address, user_at
from vtclinic.identity.models import EmailToken, LoginSession, PasswordCredential, Stage, User, UserState
from vtclinic.identity.sessions import Begun, Visit
from vtclinic.identity.throttle import ACCOUNT, MAIL, MAIL_PLACE
from vtclinic.identity.tokens import Purpose, find, use

OPEN = "open"
TERMS = "2026-1"  # raise it when the consent's words change: it is stored with each consent


@dataclass(frozen=True)
class Application:
    """What somebody fills in to open an account, or to accept an invitation."""

    email: str
    password: str
    name: str = ""
    adult: bool = False
    consents: bool = False
    timezone: str = ""


def is_open() -> bool:
    """Tell whether anybody may open a patient's account here."""
    return current_clinic().registration == OPEN


def register(visit: Visit, wanted: Application) -> str:
    """Open a patient's account and mail a link; returns the token for this browser's cookie, real or not.

    For an address that has an account its owner is told by mail, and nothing else differs.
    """
    if not is_open():
        raise Forbidden(_("This clinic opens accounts by invitation."))
    address = tidy_address(wanted.email)
    _check_statements(wanted)
    passwords.check_password(wanted.password, second_step=False, known_words=known_words(address, wanted.name))
    hashed = passwords.hash_password(wanted.password)
    with unit_of_work():
        throttle.charge(MAIL_PLACE, visit.place)
        throttle.charge(MAIL, address)
        known = user_at(address)
        if known is None:
            known = add_user(NewAccount(address, wanted.name, [PATIENT], UserState.UNCONFIRMED, timezone=wanted.timezone))
        elif known.state != UserState.UNCONFIRMED:
            _tell_owner(known)
            return new_token()
        return _await_confirmation(visit, known, hashed)


def confirm_needs_password(visit: Visit, token: str) -> bool:
    """Tell whether this browser is not the one that registered, so that the password has to prove it. Needs a unit of work."""
    row, link = sessions.find(visit.token), find(token, Purpose.CONFIRM)
    return row is None or row.user_uid != link.user_uid or row.stage != Stage.CONFIRM


def confirm(visit: Visit, token: str, password: str = "") -> Begun:
    """Confirm an address and sign its owner in.

    In another browser than the one that registered the password is needed too: else somebody could register another person's address,
    let them click, and share the account.
    """
    with unit_of_work():
        owner = find(token, Purpose.CONFIRM).user
        asks = confirm_needs_password(visit, token)
        if asks:
            throttle.charge(ACCOUNT, owner.email)
        credential = session().get(PasswordCredential, owner.uid)
    if asks and not passwords.verify_password(credential.hash if credential else None, password):
        sentence = _("This is not the password of this new account.")
        raise Invalid(sentence, fields={"password": sentence})
    with unit_of_work():
        owner = confirm_email(token)
        if asks:
            throttle.refund(ACCOUNT, owner.email, all_of_it=True)
        return sessions.begin(owner, visit, stage=Stage.OPEN)


def confirm_email(token: str) -> User:
    """Take a confirmation link and make the account real; raise Gone. Needs a writing unit of work."""
    owner = use(token, Purpose.CONFIRM).user
    make_real(owner, at=clock.now())
    record(as_actor(owner), "account.confirmed", "user", owner.uid)
    return owner


def disown(token: str) -> None:
    """Delete an unconfirmed account somebody else opened with this address. Needs a writing unit of work."""
    owner = use(token, Purpose.CONFIRM).user
    if owner.state == UserState.UNCONFIRMED:
        erase_unconfirmed(owner)


def erase_unconfirmed(owner: User) -> None:
    """Remove an account nobody ever confirmed; nothing else can hang on it yet."""
    for kind in (EmailToken, LoginSession, PasswordCredential):
        session().execute(delete(kind).where(kind.user_uid == owner.uid))
    session().execute(delete(User).where(User.uid == owner.uid))


def accept_invitation(visit: Visit, token: str, wanted: Application) -> Begun:
    """Come in by an invitation: set a password; staff go on to their second step before anything else."""
    with unit_of_work(write=False):
        owner = find(token, Purpose.INVITE).user
    if not owner.is_staff:
        _check_statements(wanted)
    passwords.check_password(wanted.password, second_step=owner.is_staff, known_words=known_words(owner.email, wanted.name))
    hashed = passwords.hash_password(wanted.password)
    with unit_of_work():
        owner, now = use(token, Purpose.INVITE).user, clock.now()
        owner.name = wanted.name.strip() or owner.name
        if not owner.is_staff:
            owner.consented_at, owner.consented_to = now, TERMS
        store_password(owner, hashed)
        make_real(owner, at=now)
        record(as_actor(owner), "account.invitation-accepted", "user", owner.uid)
        return sessions.begin(owner, visit, stage=Stage.SET_UP if owner.is_staff else Stage.OPEN)


def note_welcome(user: User) -> None:
    """Note that the page about leaving quickly was shown."""
    user.welcomed_at = user.welcomed_at or clock.now()


def known_words(address: str, name: str = "") -> list[str]:
    """Return the words an attacker would try first for this person at this clinic."""
    clinic = current_clinic()
    return [address, *address.replace("@", ".").split("."), *name.split(), clinic.slug, *clinic.name.split(), clinic.host]


def _await_confirmation(visit: Visit, owner: User, hashed: str) -> str:
    # The latest application wins: an older one's links, browsers and password stop working.
    owner.consented_at, owner.consented_to = clock.now(), TERMS
    store_password(owner, hashed)
    sessions.end_sessions(owner.uid)
    letters.send_link(owner, Purpose.CONFIRM)
    record(as_actor(owner), "account.registered", "user", owner.uid)
    return sessions.begin(owner, visit, stage=Stage.CONFIRM).token


def _tell_owner(known: User) -> None:
    if known.state == UserState.INVITED:
        letters.send_link(known, Purpose.INVITE)
    else:
        letters.send_exists(known)


def _check_statements(wanted: Application) -> None:
    missing = {}
    if not wanted.adult:
        missing["adult"] = _("Tick this if you are 18 or older. If you are younger, Get help now lists people for you.")
    if not wanted.consents:
        missing["consents"] = _("Tick this to go on. You can take it back later.")
    if missing:
        raise Invalid(next(iter(missing.values())), fields=missing)
