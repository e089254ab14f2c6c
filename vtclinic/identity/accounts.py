"""Accounts as a clinic's administrators, imports and commands handle them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm.util import identity_key

from vtclinic.core import clock
from vtclinic.core.audit import record
from vtclinic.core.errors import Conflict, Invalid, NotFound
from vtclinic.core.events import publish
from vtclinic.core.i18n import current_locale, current_timezone
from vtclinic.core.i18n import gettext as _
from vtclinic.core.policy import CLINIC_ADMIN, PATIENT, ROLES, STAFF, Actor, authorize
from vtclinic.core.uow import session
from vtclinic.identity import letters, policy, sessions
from vtclinic.identity.addresses import index_of, tidy_address, user_at
from vtclinic.identity.models import Passkey, PasswordCredential, RecoveryCode, TotpCredential, User, UserState
from vtclinic.identity.news import AccountDisabled, PatientRegistered
from vtclinic.identity.tokens import Purpose, revoke


@dataclass(frozen=True)
class NewAccount:
    """What has to be known to make an account; the language and zone default to the clinic's."""

    email: str
    name: str
    roles: Sequence[str]
    state: UserState = UserState.INVITED
    locale: str = ""
    timezone: str = ""
    password_hash: str = ""


def create_user(actor: Actor, *, email: str, name: str, roles: Sequence[str], state: UserState | str = UserState.INVITED) -> User:
    """Make an account; raise Conflict when the address has one here already."""
    return create_account(actor, NewAccount(email, name, roles, UserState(state)))


def create_account(actor: Actor, wanted: NewAccount) -> User:
    """Make an account with all it can have from the start."""
    authorize(actor, policy.can_manage_accounts)
    if not wanted.roles or set(wanted.roles) - set(ROLES):
        raise Invalid(_("Choose a role."), fields={"roles": _("Choose a role.")})
    if PATIENT in wanted.roles and len(set(wanted.roles)) > 1:
        raise Invalid(_("A patient's account has no other role."), fields={"roles": _("A patient's account has no other role.")})
    user = add_user(wanted)
    record(actor, "account.created", "user", user.uid)
    if PATIENT in user.roles:
        publish(PatientRegistered(user.uid, user.created_at))
    return user


def add_user(wanted: NewAccount) -> User:
    """Store a new account row, and its password if there is one; no questions asked."""
    address, now = tidy_address(wanted.email), clock.now()
    if user_at(address) is not None:
        raise Conflict(_("This address has an account here already."))
    user = User(
        email=address,
        email_index=index_of(address),
        name=wanted.name.strip(),
        roles=sorted(set(wanted.roles), key=ROLES.index),
        state=wanted.state,
        locale=wanted.locale or current_locale(),
        timezone=wanted.timezone or str(current_timezone()),
        appearance="auto",
        easier_letters=False,
        created_at=now,
        confirmed_at=now if wanted.state == UserState.ACTIVE else None,
    )
    session().add(user)
    session().flush()
    if wanted.password_hash:
        store_password(user, wanted.password_hash)
    return user


def store_password(user: User, hashed: str) -> None:
    """Give an account this password from now on."""
    row = session().get(PasswordCredential, user.uid)
    if row is None:
        session().add(PasswordCredential(user_uid=user.uid, hash=hashed, changed_at=clock.now()))
    else:
        row.hash, row.changed_at = hashed, clock.now()


def invite_user(actor: Actor, *, email: str, name: str, roles: Sequence[str]) -> User:
    """Make an account and mail its owner a link to come in."""
    user = create_user(actor, email=email, name=name, roles=roles)
    send_invitation(actor, user.uid)
    return user


def send_invitation(actor: Actor, uid: UUID) -> None:
    """Mail the link again; earlier links stop working."""
    authorize(actor, policy.can_manage_accounts)
    found = user(uid)
    if found.state != UserState.INVITED:
        raise Conflict(_("This person has come in already."))
    letters.send_link(found, Purpose.INVITE)
    record(actor, "account.invited", "user", uid)


def disable_user(actor: Actor, uid: UUID) -> None:
    """Switch an account off: its sign-ins end at once, its links stop working, nothing is deleted."""
    authorize(actor, policy.can_manage_accounts)
    found = user(uid)
    if found.uid == actor.uid:
        raise Conflict(_("You cannot switch off your own account."))
    if CLINIC_ADMIN in found.roles and not _other_admins(found):
        raise Conflict(_("This is the clinic's last administrator. Make another one first."))
    found.disable(clock.now())
    sessions.end_sessions(uid)
    revoke(found)
    record(actor, "account.disabled", "user", uid)
    publish(AccountDisabled(uid))


def enable_user(actor: Actor, uid: UUID) -> None:
    """Switch an account on again."""
    authorize(actor, policy.can_manage_accounts)
    user(uid).enable()
    record(actor, "account.enabled", "user", uid)


def reset_second_step(actor: Actor, uid: UUID) -> None:
    """Forget a person's second steps after they lost them all; staff must add a new one before anything else."""
    authorize(actor, policy.can_manage_accounts)
    found = user(uid)
    forget_second_steps(uid)
    sessions.end_sessions(uid)
    letters.send_notice(found, "account_second_step_changed")
    record(actor, "second-step.reset", "user", uid)


def forget_second_steps(uid: UUID) -> None:
    """Delete codes apps, passkeys and recovery codes of an account."""
    for kind in (TotpCredential, Passkey, RecoveryCode):
        session().execute(delete(kind).where(kind.user_uid == uid))


def list_users(actor: Actor, *, role: str | None = None, state: str | None = None) -> list[User]:
    """Return the clinic's accounts by name; names are encrypted, so the sorting is done here."""
    authorize(actor, policy.can_manage_accounts)
    chosen = select(User).where(User.state == state) if state else select(User)
    found = [row for row in session().scalars(chosen) if role is None or role in row.roles]
    return sorted(found, key=lambda row: (row.name.casefold(), row.uid))


@dataclass(frozen=True)
class PeopleCount:
    """How many accounts there are, by roles and state."""

    rows: tuple[tuple[frozenset[str], str], ...]

    def of(self, role: str | None, state: str | None = None) -> int:
        """Count the accounts with a role (None: any) in a state (None: any)."""
        return sum((role is None or role in roles) and state in (None, each) for roles, each in self.rows)

    def staff(self) -> int:
        """Count the accounts of people who work for the clinic."""
        return sum(bool(STAFF & roles) for roles, _state in self.rows)


def count_people(actor: Actor) -> PeopleCount:
    """Count the clinic's accounts with one query; no name is opened."""
    authorize(actor, policy.can_manage_accounts)
    return PeopleCount(tuple((frozenset(roles), state) for roles, state in session().execute(select(User.roles, User.state))))


def user(uid: UUID) -> User:
    """Return one account; raise NotFound."""
    found = session().get(User, uid)
    if found is None:
        raise NotFound()
    return found


def users(uids: Iterable[UUID]) -> dict[UUID, User]:
    """Return many accounts with one query, or with none when this unit of work has read them."""
    wanted = set(uids)
    known = {row.uid: row for uid in wanted if isinstance(row := session().identity_map.get(identity_key(User, uid)), User)}
    missing = wanted - known.keys()
    if missing:
        known.update((row.uid, row) for row in session().scalars(select(User).where(User.uid.in_(missing))))
    return known


def user_by_email(address: str) -> User:
    """Return the account with this address; raise NotFound. For commands and imports."""
    found = user_at(address)
    if found is None:
        raise NotFound(_("There is no account with this address."))
    return found


def as_actor(found: User) -> Actor:
    """Return the owner as an actor, for what they do before a session exists."""
    return Actor(uid=found.uid, role=found.acting_role, roles=frozenset(found.roles))


def make_real(found: User, *, at: datetime) -> None:
    """Confirm an address: the account is its owner's; a patient's first time is told to the features."""
    was = found.state
    found.activate(at)
    if was == UserState.UNCONFIRMED and PATIENT in found.roles:
        publish(PatientRegistered(found.uid, at, found.consented_at))


def _other_admins(but: User) -> bool:
    rows = session().scalars(select(User).where(User.state == UserState.ACTIVE, User.uid != but.uid))
    return any(CLINIC_ADMIN in row.roles for row in rows)
