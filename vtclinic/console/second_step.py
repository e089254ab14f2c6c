"""The second way an IT administrator proves who they are: an app's codes, passkeys, recovery codes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, func, select, update

from vtclinic.console import sessions
from vtclinic.console.models import InstanceAdmin, InstancePasskey, InstancePasskeyChallenge, InstanceRecoveryCode, InstanceTotp
from vtclinic.console.policy import can_set_up_second_step
from vtclinic.console.service import admin_of, is_code, note, open_secret, shut_code, shut_secret
from vtclinic.core import clock
from vtclinic.core.errors import Conflict, Invalid, NotFound
from vtclinic.core.i18n import gettext as _
from vtclinic.core.policy import Actor, authorize
from vtclinic.core.uow import control_session
from vtclinic.identity import passkeys, recovery_codes, totp
from vtclinic.identity.models import Stage
from vtclinic.identity.passkeys import NewPasskey, Owner, RelyingParty
from vtclinic.identity.sessions import Begun, Visit
from vtclinic.tenants.instance import Instance

SIGN_IN, ENROL = "sign-in", "enrol"


@dataclass(frozen=True)
class Proof:
    """A passkey that signed, and the count to remember."""

    uid: UUID
    admin_uid: UUID
    sign_count: int


@dataclass(frozen=True)
class Enrolment:
    """What a person needs to add an app: the picture, and the secret for typing."""

    picture: str
    secret: str


@dataclass(frozen=True)
class Steps:
    """Which second steps somebody has."""

    has_app: bool
    passkeys: Sequence[InstancePasskey]
    codes_left: int

    @property
    def count(self) -> int:
        """Count the ways that could stand alone."""
        return len(self.passkeys) + self.has_app


def steps_of(admin_uid: UUID) -> Steps:
    """Return which second steps an administrator has."""
    codes = select(func.count()).where(InstanceRecoveryCode.admin_uid == admin_uid, InstanceRecoveryCode.used_at.is_(None))
    keys = select(InstancePasskey).where(InstancePasskey.admin_uid == admin_uid).order_by(InstancePasskey.created_at)
    return Steps(_app_of(admin_uid) is not None, control_session().scalars(keys).all(), control_session().scalar(codes) or 0)


def start_app(instance: Instance, actor: Actor) -> None:
    """Make a secret for an app; it counts after `finish_app`."""
    owner = _owner(actor)
    if _app_of(owner.uid) is not None:
        raise Conflict(_("You have an app already. Remove it first to add another."))
    control_session().execute(delete(InstanceTotp).where(InstanceTotp.admin_uid == owner.uid))
    sealed = shut_secret(instance.master, owner.uid, totp.new_secret())
    control_session().add(InstanceTotp(admin_uid=owner.uid, secret_sealed=sealed, last_step=0, created_at=clock.now()))


def enrolment(instance: Instance, actor: Actor) -> Enrolment | None:
    """Return what to show while an app is being added; None when nothing was started."""
    owner = _owner(actor)
    row = control_session().get(InstanceTotp, owner.uid)
    if row is None or row.confirmed_at is not None:
        return None
    secret = open_secret(instance.master, row)
    uri = totp.enrolment_uri(secret, account=owner.email, issuer=instance.settings.console_host)
    return Enrolment(totp.enrolment_picture(uri), totp.spaced(secret))


def finish_app(instance: Instance, actor: Actor, code: str, visit: Visit) -> Begun | None:
    """Count the app in after its first code; somebody in set-up comes in with that. Raise Invalid for a wrong code."""
    owner = _owner(actor)
    row = control_session().get(InstanceTotp, owner.uid)
    waiting = row is not None and row.confirmed_at is None
    step = totp.accepted_step(open_secret(instance.master, row), code, last_step=row.last_step) if row is not None and waiting else None
    if row is None or step is None:
        sentence = _("This code does not fit. Wait for the next one and type it here.")
        raise Invalid(sentence, fields={"code": sentence})
    row.confirmed_at, row.last_step = clock.now(), step
    note(instance, actor, "second-step.app-added", owner.uid)
    return _added(instance, actor, owner, visit)


def remove_app(instance: Instance, actor: Actor) -> None:
    """Forget the app; the last second step stays."""
    owner = _owner(actor)
    row = _app_of(owner.uid)
    if row is None:
        raise NotFound()
    _keep_one(owner)
    control_session().delete(row)
    note(instance, actor, "second-step.app-removed", owner.uid)


def passkey_options(actor: Actor, site: RelyingParty) -> tuple[UUID, str]:
    """Return a challenge's id and the JSON a browser needs to make a passkey."""
    owner = _owner(actor)
    known = tuple(row.credential_id for row in steps_of(owner.uid).passkeys)
    options, challenge = passkeys.creation_options(site, Owner(owner.uid.bytes, owner.email, known))
    return _remember(challenge, ENROL, owner.uid), options


def add_passkey(instance: Instance, actor: Actor, site: RelyingParty, *, challenge_uid: UUID, answer: str, label: str, visit: Visit) -> Begun | None:
    """Store a new passkey; somebody in set-up comes in with that."""
    owner = _owner(actor)
    made = passkeys.created(site, answer, take_challenge(challenge_uid, ENROL, of=owner.uid))
    if control_session().scalar(select(InstancePasskey.uid).where(InstancePasskey.credential_id == made.credential_id)):
        raise Conflict(_("This passkey is here already."))
    control_session().add(
        InstancePasskey(
            admin_uid=owner.uid,
            credential_id=made.credential_id,
            public_key=made.public_key,
            sign_count=made.sign_count,
            rp_id=site.host,
            label=label.strip()[:60] or visit.device or _("Passkey"),
            created_at=clock.now(),
        )
    )
    note(instance, actor, "second-step.passkey-added", owner.uid)
    return _added(instance, actor, owner, visit)


def remove_passkey(instance: Instance, actor: Actor, uid: UUID) -> None:
    """Forget a passkey; the last second step stays."""
    row, owner = control_session().get(InstancePasskey, uid), _owner(actor)
    if row is None or row.admin_uid != owner.uid:
        raise NotFound()
    _keep_one(owner)
    control_session().delete(row)
    note(instance, actor, "second-step.passkey-removed", owner.uid)


def new_recovery_codes(instance: Instance, actor: Actor) -> list[str]:
    """Make eight codes and return them, the only time they can be read; earlier ones stop working."""
    owner = _owner(actor)
    if not steps_of(owner.uid).count:
        raise Conflict(_("Add a second step first."))
    control_session().execute(delete(InstanceRecoveryCode).where(InstanceRecoveryCode.admin_uid == owner.uid))
    codes = recovery_codes.new_codes()
    control_session().add_all([InstanceRecoveryCode(admin_uid=owner.uid, digest=shut_code(instance.master, owner.uid, code)) for code in codes])
    note(instance, actor, "second-step.codes-made", owner.uid)
    return codes


def accept_code(instance: Instance, owner: InstanceAdmin, code: str) -> str:
    """Take an app's code or a recovery code; returns "app", "recovery-code", or "" when it is wrong or was used."""
    if recovery_codes.looks_like_code(code):
        return "recovery-code" if _use_recovery_code(instance, owner, recovery_codes.tidy(code)) else ""
    row = _app_of(owner.uid)
    step = totp.accepted_step(open_secret(instance.master, row), code, last_step=row.last_step) if row else None
    if step is None:
        return ""
    # The condition decides between two requests with the same code; reading alone would let both in.
    taken = update(InstanceTotp).where(InstanceTotp.admin_uid == owner.uid, InstanceTotp.last_step < step).values(last_step=step)
    return "app" if control_session().execute(taken).rowcount == 1 else ""  # type: ignore[attr-defined]


def request_options(site: RelyingParty, admin_uid: UUID | None = None) -> tuple[UUID, str]:
    """Return a challenge's id and the JSON a browser needs to sign with a passkey: this person's, or any of this site."""
    known = [row.credential_id for row in steps_of(admin_uid).passkeys if row.rp_id == site.host] if admin_uid else []
    options, challenge = passkeys.request_options(site, known)
    return _remember(challenge, SIGN_IN, admin_uid), options


def take_challenge(uid: UUID, purpose: str, *, of: UUID | None = None) -> bytes:
    """Use a challenge up and return it; empty when there is none, it is old, or it was used."""
    row = control_session().get(InstancePasskeyChallenge, uid)
    if row is None or row.purpose != purpose or (of is not None and row.admin_uid != of):
        return b""
    gone = control_session().execute(delete(InstancePasskeyChallenge).where(InstancePasskeyChallenge.uid == uid)).rowcount  # type: ignore[attr-defined]
    return row.challenge if gone == 1 and row.expires_at > clock.now() else b""


def passkey_by(answer: str, *, of: UUID | None = None) -> InstancePasskey | None:
    """Find the passkey that answered; with `of`, only among that person's."""
    credential = passkeys.credential_id_of(answer)
    row = control_session().scalar(select(InstancePasskey).where(InstancePasskey.credential_id == credential)) if credential else None
    return row if row is None or of is None or row.admin_uid == of else None


def check_passkey(site: RelyingParty, answer: str, challenge: bytes, known: InstancePasskey | None) -> Proof | None:
    """Verify a signature; needs no database."""
    if known is None or not challenge:
        return None
    count = passkeys.proved(site, answer, challenge, NewPasskey(known.credential_id, known.public_key, known.sign_count))
    return None if count is None else Proof(known.uid, known.admin_uid, count)


def note_used(proof: Proof) -> None:
    """Remember when a passkey was last used, and its count."""
    row = control_session().get(InstancePasskey, proof.uid)
    if row is None:
        raise Invalid(_("This passkey was removed."))
    row.sign_count, row.last_used_at = proof.sign_count, clock.now()


def forget_all(admin_uid: UUID) -> None:
    """Delete app, passkeys and recovery codes of an account."""
    for kind in (InstanceTotp, InstancePasskey, InstanceRecoveryCode):
        control_session().execute(delete(kind).where(kind.admin_uid == admin_uid))


def _app_of(admin_uid: UUID) -> InstanceTotp | None:
    row = control_session().get(InstanceTotp, admin_uid)
    return row if row is not None and row.confirmed_at is not None else None


def _use_recovery_code(instance: Instance, owner: InstanceAdmin, code: str) -> bool:
    rows = control_session().scalars(select(InstanceRecoveryCode).where(InstanceRecoveryCode.admin_uid == owner.uid, InstanceRecoveryCode.used_at.is_(None)))
    found = [row.uid for row in rows if is_code(instance.master, row, code)]
    used = update(InstanceRecoveryCode).where(InstanceRecoveryCode.uid.in_(found), InstanceRecoveryCode.used_at.is_(None)).values(used_at=clock.now())
    return bool(found) and control_session().execute(used).rowcount == 1  # type: ignore[attr-defined]


def _owner(actor: Actor) -> InstanceAdmin:
    owner = admin_of(actor)
    authorize(actor, can_set_up_second_step, owner)
    return owner


def _added(instance: Instance, actor: Actor, owner: InstanceAdmin, visit: Visit) -> Begun | None:
    if actor.role != sessions.ROLE_OF[Stage.SET_UP]:
        return None
    return sessions.begin(instance, owner, visit, stage=Stage.OPEN, mfa=True)


def _keep_one(owner: InstanceAdmin) -> None:
    if steps_of(owner.uid).count < 2:
        raise Conflict(_("You need a second step. Add another one first, then remove this."))


def _remember(challenge: bytes, purpose: str, admin_uid: UUID | None) -> UUID:
    now = clock.now()
    control_session().execute(delete(InstancePasskeyChallenge).where(InstancePasskeyChallenge.expires_at <= now))
    row = InstancePasskeyChallenge(challenge=challenge, purpose=purpose, admin_uid=admin_uid, expires_at=now + timedelta(seconds=passkeys.VALID_SECONDS))
    control_session().add(row)
    return row.uid
