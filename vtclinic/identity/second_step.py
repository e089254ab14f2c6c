"""The second way to prove it is you: an app's codes, passkeys, recovery codes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, func, select, update

from vtclinic.core import clock
from vtclinic.core.audit import record
from vtclinic.core.errors import Conflict, Invalid, NotFound
from vtclinic.core.i18n import gettext as _
from vtclinic.core.policy import Actor, authorize
from vtclinic.core.scope import current_clinic
from vtclinic.core.uow import session
from vtclinic.identity import letters, passkeys, policy, recovery_codes, sessions, totp
from vtclinic.identity.accounts import user
from vtclinic.identity.models import Passkey, PasskeyChallenge, RecoveryCode, Stage, TotpCredential, User
from vtclinic.identity.passkeys import NewPasskey, Owner, RelyingParty
from vtclinic.identity.sessions import Begun, Visit
from vtclinic.identity.tokens import digest

SIGN_IN, ENROL = "sign-in", "enrol"
CODE_PURPOSE = "recovery-code"
_NOTICE = "account_second_step_changed"


@dataclass(frozen=True)
class Proof:
    """A passkey that signed, and the count to remember."""

    uid: UUID
    user_uid: UUID
    sign_count: int


@dataclass(frozen=True)
class Enrolment:
    """What a person needs to add an app: the picture, and the secret for typing."""

    picture: str
    secret: str


def app_of(user_uid: UUID) -> TotpCredential | None:
    """Return the app that shows this person's codes, once a first code was typed."""
    row = session().get(TotpCredential, user_uid)
    return row if row is not None and row.confirmed_at is not None else None


def passkeys_of(user_uid: UUID) -> Sequence[Passkey]:
    """Return a person's passkeys, the oldest first."""
    return session().scalars(select(Passkey).where(Passkey.user_uid == user_uid).order_by(Passkey.created_at)).all()


def has_any(user_uid: UUID) -> bool:
    """Tell whether this person has a second step."""
    return app_of(user_uid) is not None or bool(passkeys_of(user_uid))


def codes_left(user_uid: UUID) -> int:
    """Count the recovery codes that still work."""
    return session().scalar(select(func.count()).where(RecoveryCode.user_uid == user_uid, RecoveryCode.used_at.is_(None))) or 0


def start_app(actor: Actor) -> None:
    """Make a secret for an app; it counts after `finish_app`."""
    owner = _owner(actor)
    if app_of(owner.uid) is not None:
        raise Conflict(_("You have an app already. Remove it first to add another."))
    session().execute(delete(TotpCredential).where(TotpCredential.user_uid == owner.uid))
    session().add(TotpCredential(user_uid=owner.uid, secret=totp.new_secret(), last_step=0, created_at=clock.now()))


def enrolment(actor: Actor) -> Enrolment | None:
    """Return what to show while an app is being added; None when nothing was started."""
    owner = _owner(actor)
    row = session().get(TotpCredential, owner.uid)
    if row is None or row.confirmed_at is not None:
        return None
    uri = totp.enrolment_uri(row.secret, account=owner.email, issuer=current_clinic().name)
    return Enrolment(totp.enrolment_picture(uri), totp.spaced(row.secret))


def finish_app(actor: Actor, code: str, visit: Visit) -> Begun | None:
    """Count the app in after its first code; staff in set-up come in with that. Raise Invalid for a wrong code."""
    owner = _owner(actor)
    row = session().get(TotpCredential, owner.uid)
    step = totp.accepted_step(row.secret, code, last_step=row.last_step) if row and row.confirmed_at is None else None
    if row is None or step is None:
        sentence = _("This code does not fit. Wait for the next one and type it here.")
        raise Invalid(sentence, fields={"code": sentence})
    row.confirmed_at, row.last_step = clock.now(), step
    record(actor, "second-step.app-added", "user", owner.uid)
    return _added(actor, owner, visit)


def add_app(owner: User, secret: str) -> None:
    """Give an account an app with a known secret; for demos and tests."""
    now = clock.now()
    session().add(TotpCredential(user_uid=owner.uid, secret=secret, last_step=0, created_at=now, confirmed_at=now))


def remove_app(actor: Actor) -> None:
    """Forget the app."""
    owner = _owner(actor)
    row = app_of(owner.uid)
    if row is None:
        raise NotFound()
    _keep_one(owner, others=len(passkeys_of(owner.uid)))
    session().delete(row)
    _removed(actor, owner, "second-step.app-removed")


def passkey_options(actor: Actor, site: RelyingParty) -> tuple[UUID, str]:
    """Return a challenge's id and the JSON a browser needs to make a passkey."""
    owner = _owner(actor)
    known = tuple(row.credential_id for row in passkeys_of(owner.uid))
    options, challenge = passkeys.creation_options(site, Owner(owner.uid.bytes, owner.name or site.name, known))
    return _remember(challenge, ENROL, owner.uid), options


def add_passkey(actor: Actor, site: RelyingParty, challenge_uid: UUID, answer: str, *, label: str, visit: Visit) -> Begun | None:
    """Store a new passkey; staff in set-up come in with that."""
    owner = _owner(actor)
    made = passkeys.created(site, answer, take_challenge(challenge_uid, ENROL, of=owner.uid))
    if session().scalar(select(Passkey.uid).where(Passkey.credential_id == made.credential_id)):
        raise Conflict(_("This passkey is here already."))
    session().add(
        Passkey(
            user_uid=owner.uid,
            credential_id=made.credential_id,
            public_key=made.public_key,
            sign_count=made.sign_count,
            rp_id=site.host,
            label=label.strip()[:60] or visit.device or _("Passkey"),
            created_at=clock.now(),
        )
    )
    record(actor, "second-step.passkey-added", "user", owner.uid)
    return _added(actor, owner, visit)


def own_passkey(actor: Actor, uid: UUID) -> Passkey:
    """Return one of the actor's passkeys; raise NotFound."""
    row = session().get(Passkey, uid)
    if row is None or row.user_uid != actor.uid:
        raise NotFound()
    return row


def rename_passkey(actor: Actor, uid: UUID, label: str) -> None:
    """Give a passkey another name."""
    row = own_passkey(actor, uid)
    row.label = label.strip()[:60] or row.label


def remove_passkey(actor: Actor, uid: UUID) -> None:
    """Forget a passkey."""
    row, owner = own_passkey(actor, uid), _owner(actor)
    _keep_one(owner, others=len(passkeys_of(owner.uid)) - 1 + (app_of(owner.uid) is not None))
    session().delete(row)
    _removed(actor, owner, "second-step.passkey-removed")


def new_recovery_codes(actor: Actor) -> list[str]:
    """Make eight codes and return them, the only time they can be read; earlier ones stop working."""
    owner = _owner(actor)
    if not has_any(owner.uid):
        raise Conflict(_("Add a second step first."))
    session().execute(delete(RecoveryCode).where(RecoveryCode.user_uid == owner.uid))
    codes = recovery_codes.new_codes()
    session().add_all([RecoveryCode(user_uid=owner.uid, digest=_code_digest(owner.uid, code)) for code in codes])
    record(actor, "second-step.codes-made", "user", owner.uid)
    return codes


def accept_code(owner: User, code: str) -> str:
    """Take an app's code or a recovery code; returns "app", "recovery-code", or "" when it is wrong or was used."""
    if recovery_codes.looks_like_code(code):
        used = (
            update(RecoveryCode)
            .where(RecoveryCode.digest == _code_digest(owner.uid, recovery_codes.tidy(code)), RecoveryCode.used_at.is_(None))
            .values(used_at=clock.now())
        )
        if session().execute(used).rowcount != 1:  # type: ignore[attr-defined]
            return ""
        letters.send_notice(owner, "account_code_used")
        return "recovery-code"
    row = app_of(owner.uid)
    step = totp.accepted_step(row.secret, code, last_step=row.last_step) if row else None
    if step is None:
        return ""
    # The condition decides between two requests with the same code; reading alone would let both in.
    taken = update(TotpCredential).where(TotpCredential.user_uid == owner.uid, TotpCredential.last_step < step).values(last_step=step)
    return "app" if session().execute(taken).rowcount == 1 else ""  # type: ignore[attr-defined]


def request_options(site: RelyingParty, user_uid: UUID | None = None) -> tuple[UUID, str]:
    """Return a challenge's id and the JSON a browser needs to sign with a passkey: this person's, or any of this site."""
    known = [row.credential_id for row in passkeys_of(user_uid) if row.rp_id == site.host] if user_uid else []
    options, challenge = passkeys.request_options(site, known)
    return _remember(challenge, SIGN_IN, user_uid), options


def take_challenge(uid: UUID, purpose: str, *, of: UUID | None = None) -> bytes:
    """Use a challenge up and return it; empty when there is none, it is old, or it was used."""
    row = session().get(PasskeyChallenge, uid)
    if row is None or row.purpose != purpose or (of is not None and row.user_uid != of):
        return b""
    gone = session().execute(delete(PasskeyChallenge).where(PasskeyChallenge.uid == uid)).rowcount  # type: ignore[attr-defined]
    return row.challenge if gone == 1 and row.expires_at > clock.now() else b""


def passkey_by(answer: str, *, of: UUID | None = None) -> Passkey | None:
    """Find the passkey that answered; with `of`, only among that person's."""
    credential = passkeys.credential_id_of(answer)
    row = session().scalar(select(Passkey).where(Passkey.credential_id == credential)) if credential else None
    return row if row is None or of is None or row.user_uid == of else None


def check_passkey(site: RelyingParty, answer: str, challenge: bytes, known: Passkey | None) -> Proof | None:
    """Verify a signature; needs no database."""
    if known is None or not challenge:
        return None
    count = passkeys.proved(site, answer, challenge, NewPasskey(known.credential_id, known.public_key, known.sign_count))
    return None if count is None else Proof(known.uid, known.user_uid, count)


def note_used(proof: Proof) -> None:
    """Remember when a passkey was last used, and its count."""
    row = session().get(Passkey, proof.uid)
    if row is None:
        raise Invalid(_("This passkey was removed."))
    row.sign_count, row.last_used_at = proof.sign_count, clock.now()


def _owner(actor: Actor) -> User:
    if actor.uid is None:
        raise NotFound()
    owner = user(actor.uid)
    authorize(actor, policy.can_set_up_second_step, owner)
    return owner


def _added(actor: Actor, owner: User, visit: Visit) -> Begun | None:
    letters.send_notice(owner, _NOTICE)
    if actor.role != Stage.SET_UP:
        return None
    return sessions.begin(owner, visit, stage=Stage.OPEN, mfa=True)


def _removed(actor: Actor, owner: User, action: str) -> None:
    session().flush()
    if not has_any(owner.uid):
        session().execute(delete(RecoveryCode).where(RecoveryCode.user_uid == owner.uid))
    letters.send_notice(owner, _NOTICE)
    record(actor, action, "user", owner.uid)


def _keep_one(owner: User, *, others: int) -> None:
    if owner.is_staff and others < 1:
        raise Conflict(_("Staff need a second step. Add another one first, then remove this."))


def _remember(challenge: bytes, purpose: str, user_uid: UUID | None) -> UUID:
    now = clock.now()
    session().execute(delete(PasskeyChallenge).where(PasskeyChallenge.expires_at <= now))
    row = PasskeyChallenge(challenge=challenge, purpose=purpose, user_uid=user_uid, expires_at=now + timedelta(seconds=passkeys.VALID_SECONDS))
    session().add(row)
    return row.uid


def _code_digest(user_uid: UUID, code: str) -> bytes:
    return digest(f"{user_uid}|{code}", CODE_PURPOSE)
