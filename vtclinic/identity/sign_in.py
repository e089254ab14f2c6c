"""Signing in: by password, by passkey, by a mailed link; then perhaps a second step.

Each function opens its own units of work: tries are counted in one, checked outside any, answered in another.
"""

from __future__ import annotations

from uuid import UUID

from vtclinic.core import clock
from vtclinic.core.audit import record
from vtclinic.core.errors import Invalid
from vtclinic.core.i18n import gettext as _
from vtclinic.core.policy import ANONYMOUS, Actor
from vtclinic.core.uow import session, unit_of_work
from vtclinic.identity import letters, passwords, second_step, sessions, throttle
from vtclinic.identity.accounts import as_actor, store_password, user
from vtclinic.identity.addresses import tidy_address, user_at
from vtclinic.identity.limits import limits
from vtclinic.identity.models import LoginSession, PasswordCredential, Stage, User, UserState
from vtclinic.identity.passkeys import RelyingParty
from vtclinic.identity.sessions import Begun, Visit
from vtclinic.identity.throttle import ACCOUNT, CHALLENGE, CODE, MAIL, MAIL_PLACE, PLACE
from vtclinic.identity.tokens import Purpose, find, use


def with_password(visit: Visit, email: str, password: str) -> Begun:
    """Sign in with a password; raise the same Invalid for a wrong password and for an unknown address."""
    try:
        address = tidy_address(email)
    except Invalid:
        address = email.strip()
    with unit_of_work():
        throttle.charge(PLACE, visit.place)
        throttle.charge(ACCOUNT, address)
        owner = user_at(address)
        credential = session().get(PasswordCredential, owner.uid) if owner else None
    stored = credential.hash if credential else None
    right = passwords.verify_password(stored, password) and owner is not None and owner.state != UserState.DISABLED
    if not right or owner is None or stored is None:
        _note_failure(owner, "sign-in.failed")
        raise _no_match()
    better = passwords.hash_password(password) if passwords.needs_rehash(stored) else ""
    with unit_of_work():
        throttle.refund(PLACE, visit.place)
        throttle.refund(ACCOUNT, address, all_of_it=True)
        found = user(owner.uid)
        if better:
            store_password(found, better)
        return _begin(found, visit, how="password")


def with_passkey(visit: Visit, site: RelyingParty, challenge_uid: UUID, answer: str) -> Begun:
    """Sign in with a passkey alone: it proves what one has and what one knows or is."""
    with unit_of_work():
        throttle.charge(PLACE, visit.place)
        challenge = second_step.take_challenge(challenge_uid, second_step.SIGN_IN)
        known = second_step.passkey_by(answer)
    proof = second_step.check_passkey(site, answer, challenge, known)
    if proof is None:
        _note_failure(None, "sign-in.passkey-failed")
        raise Invalid(_("This passkey does not open an account here. Use your password, or get a sign-in link by e-mail."))
    with unit_of_work():
        owner = user(proof.user_uid)
        if owner.state != UserState.ACTIVE:
            raise Invalid(_("This passkey does not open an account here. Use your password, or get a sign-in link by e-mail."))
        throttle.refund(PLACE, visit.place)
        throttle.refund(CHALLENGE, visit.place)
        second_step.note_used(proof)
        record(as_actor(owner), "sign-in.passkey", "user", owner.uid)
        return sessions.begin(owner, visit, stage=Stage.OPEN, mfa=True)


def ask_for_link(visit: Visit, email: str) -> None:
    """Mail a sign-in link where that is allowed; says nothing about whether there is an account."""
    address = tidy_address(email)
    with unit_of_work():
        throttle.charge(MAIL_PLACE, visit.place)
        throttle.charge(MAIL, address)
        owner = user_at(address)
        if owner is None or owner.state == UserState.DISABLED:
            return
        if owner.state == UserState.UNCONFIRMED:
            letters.send_link(owner, Purpose.CONFIRM)
        elif owner.state == UserState.INVITED:
            letters.send_link(owner, Purpose.INVITE)
        elif owner.is_staff:
            letters.send_no_link(owner)
        else:
            letters.send_link(owner, Purpose.SIGN_IN)


def check_link(token: str) -> None:
    """Raise Gone unless this sign-in link would still work. Needs a unit of work."""
    find(token, Purpose.SIGN_IN)


def with_link(visit: Visit, token: str) -> Begun:
    """Sign in by a mailed link, once; an account with a second step still asks for it."""
    with unit_of_work():
        owner = use(token, Purpose.SIGN_IN).user
        if owner.is_staff or owner.state != UserState.ACTIVE:
            raise _no_match()
        return _begin(owner, visit, how="link")


def with_code(visit: Visit, code: str) -> Begun:
    """Pass the second step with an app's code or a recovery code."""
    with unit_of_work():
        waiting = _waiting(visit)
        throttle.charge(CODE, str(waiting.user_uid))
    with unit_of_work():
        waiting = _waiting(visit)
        owner = user(waiting.user_uid)
        how = second_step.accept_code(owner, code)
        if how:
            throttle.refund(CODE, str(owner.uid), all_of_it=True)
            record(as_actor(owner), f"second-step.{how}", "user", owner.uid)
            return sessions.begin(owner, visit, stage=Stage.OPEN, mfa=True)
        record(as_actor(owner), "second-step.failed", "user", owner.uid)
    sentence = _("This code does not fit. Wait for the next one, or use a recovery code.")
    raise Invalid(sentence, fields={"code": sentence})


def with_second_passkey(visit: Visit, site: RelyingParty, challenge_uid: UUID, answer: str) -> Begun:
    """Pass the second step with a passkey of the same person."""
    with unit_of_work():
        waiting = _waiting(visit)
        throttle.charge(CODE, str(waiting.user_uid))
        challenge = second_step.take_challenge(challenge_uid, second_step.SIGN_IN)
        known = second_step.passkey_by(answer, of=waiting.user_uid)
    proof = second_step.check_passkey(site, answer, challenge, known)
    if proof is None:
        raise Invalid(_("This passkey did not work. Try again, or use a code."))
    with unit_of_work():
        owner = user(_waiting(visit).user_uid)
        throttle.refund(CODE, str(owner.uid), all_of_it=True)
        second_step.note_used(proof)
        record(as_actor(owner), "second-step.passkey", "user", owner.uid)
        return sessions.begin(owner, visit, stage=Stage.OPEN, mfa=True)


def prove_again(actor: Actor, password: str) -> None:
    """Make a running sign-in fresh again by the password."""
    assert actor.uid is not None
    with unit_of_work():
        throttle.charge(CODE, str(actor.uid))
        credential = session().get(PasswordCredential, actor.uid)
    if not passwords.verify_password(credential.hash if credential else None, password):
        with unit_of_work():
            record(actor, "sign-in.confirm-failed", "user", actor.uid)
        sentence = _("This is not your password. Try again, or use a passkey.")
        raise Invalid(sentence, fields={"password": sentence})
    with unit_of_work():
        throttle.refund(CODE, str(actor.uid), all_of_it=True)
        _freshen(actor)


def prove_again_with_passkey(actor: Actor, site: RelyingParty, challenge_uid: UUID, answer: str) -> None:
    """Make a running sign-in fresh again by a passkey."""
    assert actor.uid is not None
    with unit_of_work():
        throttle.charge(CODE, str(actor.uid))
        challenge = second_step.take_challenge(challenge_uid, second_step.SIGN_IN)
        known = second_step.passkey_by(answer, of=actor.uid)
    proof = second_step.check_passkey(site, answer, challenge, known)
    if proof is None:
        raise Invalid(_("This passkey did not work. Try again, or use your password."))
    with unit_of_work():
        throttle.refund(CODE, str(actor.uid), all_of_it=True)
        second_step.note_used(proof)
        _freshen(actor)


def _begin(owner: User, visit: Visit, *, how: str) -> Begun:
    if owner.state == UserState.UNCONFIRMED:
        letters.send_link(owner, Purpose.CONFIRM)
        return sessions.begin(owner, visit, stage=Stage.CONFIRM)
    record(as_actor(owner), f"sign-in.{how}", "user", owner.uid)
    return sessions.begin(owner, visit, stage=_next_stage(owner))


def _next_stage(owner: User) -> Stage:
    if owner.is_staff:
        return Stage.SECOND_STEP if second_step.has_any(owner.uid) else Stage.SET_UP
    return Stage.SECOND_STEP if second_step.app_of(owner.uid) else Stage.OPEN


def _waiting(visit: Visit) -> LoginSession:
    row = sessions.find(visit.token)
    if row is None or row.stage != Stage.SECOND_STEP:
        raise Invalid(_("This sign-in took too long. Start again; nothing is lost."))
    return row


def _freshen(actor: Actor) -> None:
    row = session().get(LoginSession, actor.session_uid)
    assert row is not None
    row.fresh_until = clock.now() + limits().fresh
    record(actor, "sign-in.confirmed", "user", row.user_uid)


def _note_failure(owner: User | None, action: str) -> None:
    with unit_of_work():
        record(ANONYMOUS, action, "user", owner.uid if owner else "unknown")


def _no_match() -> Invalid:
    return Invalid(_("That e-mail and password do not match. Check both, or get a sign-in link by e-mail."))
