"""Signing in to the console: by password and second step, or by passkey alone. There are no mailed links.

Each function opens its own units of work: tries are counted in one, checked outside any, answered in another.
"""

from __future__ import annotations

from uuid import UUID

from vtclinic.console import second_step, sessions, throttle
from vtclinic.console.models import AdminState, InstanceAdmin, InstanceSession
from vtclinic.console.service import admin_by_email, note
from vtclinic.console.throttle import ACCOUNT, CHALLENGE, CODE, PLACE
from vtclinic.core import clock
from vtclinic.core.errors import Invalid
from vtclinic.core.i18n import gettext as _
from vtclinic.core.policy import ANONYMOUS, Actor
from vtclinic.core.uow import control_session, control_unit_of_work
from vtclinic.identity import passwords
from vtclinic.identity.limits import limits
from vtclinic.identity.models import Stage
from vtclinic.identity.passkeys import RelyingParty
from vtclinic.identity.sessions import Begun, Visit
from vtclinic.tenants.instance import Instance


def with_password(instance: Instance, visit: Visit, email: str, password: str) -> Begun:
    """Check the password; what follows is the second step, or setting one up. Raise the same Invalid for an unknown address."""
    with control_unit_of_work():
        throttle.charge(instance, PLACE, visit.place)
        throttle.charge(instance, ACCOUNT, email)
        admin = admin_by_email(email)
    stored = admin.password_hash if admin else None
    right = passwords.verify_password(stored, password)
    if not right or admin is None or admin.state != AdminState.ACTIVE:
        _note_failure(instance, admin, "sign-in.failed")
        raise Invalid(_("That e-mail and password do not match. Check both and try again."))
    better = passwords.hash_password(password) if passwords.needs_rehash(admin.password_hash) else ""
    with control_unit_of_work() as control:
        throttle.refund(instance, PLACE, visit.place)
        throttle.refund(instance, ACCOUNT, email, all_of_it=True)
        found = control.get_one(InstanceAdmin, admin.uid)
        found.password_hash = better or found.password_hash
        note(instance, as_actor(found), "sign-in.password", found.uid)
        stage = Stage.SECOND_STEP if second_step.steps_of(found.uid).count else Stage.SET_UP
        return sessions.begin(instance, found, visit, stage=stage)


def with_passkey(instance: Instance, visit: Visit, site: RelyingParty, *, challenge_uid: UUID, answer: str) -> Begun:
    """Sign in with a passkey alone: it proves what one has and what one knows or is."""
    with control_unit_of_work():
        throttle.charge(instance, PLACE, visit.place)
        challenge = second_step.take_challenge(challenge_uid, second_step.SIGN_IN)
        known = second_step.passkey_by(answer)
    proof = second_step.check_passkey(site, answer, challenge, known)
    refused = Invalid(_("This passkey does not open an account here. Use your password."))
    if proof is None:
        _note_failure(instance, None, "sign-in.passkey-failed")
        raise refused
    with control_unit_of_work() as control:
        owner = control.get_one(InstanceAdmin, proof.admin_uid)
        if owner.state != AdminState.ACTIVE:
            raise refused
        throttle.refund(instance, PLACE, visit.place)
        throttle.refund(instance, CHALLENGE, visit.place)
        second_step.note_used(proof)
        note(instance, as_actor(owner), "sign-in.passkey", owner.uid)
        return sessions.begin(instance, owner, visit, stage=Stage.OPEN, mfa=True)


def with_code(instance: Instance, visit: Visit, code: str) -> Begun:
    """Pass the second step with an app's code or a recovery code."""
    with control_unit_of_work():
        throttle.charge(instance, CODE, str(_waiting(instance, visit).admin_uid))
    with control_unit_of_work() as control:
        owner = control.get_one(InstanceAdmin, _waiting(instance, visit).admin_uid)
        how = second_step.accept_code(instance, owner, code)
        note(instance, as_actor(owner), f"second-step.{how or 'failed'}", owner.uid)
        if how:
            throttle.refund(instance, CODE, str(owner.uid), all_of_it=True)
            return sessions.begin(instance, owner, visit, stage=Stage.OPEN, mfa=True)
    sentence = _("This code does not fit. Wait for the next one, or use a recovery code.")
    raise Invalid(sentence, fields={"code": sentence})


def with_second_passkey(instance: Instance, visit: Visit, site: RelyingParty, *, challenge_uid: UUID, answer: str) -> Begun:
    """Pass the second step with a passkey of the same person."""
    with control_unit_of_work():
        waiting = _waiting(instance, visit).admin_uid
        throttle.charge(instance, CODE, str(waiting))
        challenge = second_step.take_challenge(challenge_uid, second_step.SIGN_IN)
        known = second_step.passkey_by(answer, of=waiting)
    proof = second_step.check_passkey(site, answer, challenge, known)
    if proof is None:
        raise Invalid(_("This passkey did not work. Try again, or use a code."))
    with control_unit_of_work() as control:
        owner = control.get_one(InstanceAdmin, _waiting(instance, visit).admin_uid)
        throttle.refund(instance, CODE, str(owner.uid), all_of_it=True)
        second_step.note_used(proof)
        note(instance, as_actor(owner), "second-step.passkey", owner.uid)
        return sessions.begin(instance, owner, visit, stage=Stage.OPEN, mfa=True)


def prove_again(instance: Instance, actor: Actor, password: str) -> None:
    """Make a running sign-in fresh again by the password."""
    with control_unit_of_work() as control:
        throttle.charge(instance, CODE, str(actor.uid))
        stored = control.get_one(InstanceAdmin, actor.uid).password_hash
    if not passwords.verify_password(stored, password):
        with control_unit_of_work():
            note(instance, actor, "sign-in.confirm-failed", str(actor.uid))
        sentence = _("This is not your password. Try again, or use a passkey.")
        raise Invalid(sentence, fields={"password": sentence})
    with control_unit_of_work():
        _freshen(instance, actor)


def prove_again_with_passkey(instance: Instance, actor: Actor, site: RelyingParty, *, challenge_uid: UUID, answer: str) -> None:
    """Make a running sign-in fresh again by a passkey."""
    with control_unit_of_work():
        throttle.charge(instance, CODE, str(actor.uid))
        challenge = second_step.take_challenge(challenge_uid, second_step.SIGN_IN)
        known = second_step.passkey_by(answer, of=actor.uid)
    proof = second_step.check_passkey(site, answer, challenge, known)
    if proof is None:
        raise Invalid(_("This passkey did not work. Try again, or use your password."))
    with control_unit_of_work():
        second_step.note_used(proof)
        _freshen(instance, actor)


def as_actor(admin: InstanceAdmin) -> Actor:
    """Return the owner as an actor, for what they do before a session exists."""
    return Actor(uid=admin.uid, role=sessions.ROLE_OF[Stage.OPEN], name=admin.email)


def _waiting(instance: Instance, visit: Visit) -> InstanceSession:
    row = sessions.find(instance, visit.token)
    if row is None or row.stage != Stage.SECOND_STEP:
        raise Invalid(_("This sign-in took too long. Start again; nothing is lost."))
    return row


def _freshen(instance: Instance, actor: Actor) -> None:
    row = control_session().get_one(InstanceSession, actor.session_uid)
    row.fresh_until = clock.now() + limits().fresh
    throttle.refund(instance, CODE, str(actor.uid), all_of_it=True)
    note(instance, actor, "sign-in.confirmed", row.admin_uid)


def _note_failure(instance: Instance, admin: InstanceAdmin | None, action: str) -> None:
    with control_unit_of_work():
        note(instance, ANONYMOUS, action, admin.uid if admin else "unknown")
