"""Accounts of one clinic and what proves that somebody is their owner."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, LargeBinary, Uuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from vtclinic.core.crypto import EncryptedText
from vtclinic.core.database import ClinicBase, UtcDateTime
from vtclinic.core.errors import Conflict
from vtclinic.core.policy import ROLES, STAFF


class UserState(StrEnum):
    """Where an account is in its life; only ACTIVE can sign in."""

    UNCONFIRMED = "unconfirmed"
    INVITED = "invited"
    ACTIVE = "active"
    DISABLED = "disabled"


class Stage(StrEnum):
    """How far a sign-in has come; only OPEN carries roles."""

    CONFIRM = "confirm"
    SECOND_STEP = "second-step"
    SET_UP = "set-up"
    OPEN = "open"


class User(ClinicBase):
    """One person's account at one clinic; the same address elsewhere is somebody else's account."""

    __tablename__ = "user"

    uid: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    email: Mapped[str] = mapped_column(EncryptedText("user.email"))
    email_index: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    name: Mapped[str] = mapped_column(EncryptedText("user.name"))
    roles: Mapped[list[str]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(index=True)
    locale: Mapped[str]
    timezone: Mapped[str]
    appearance: Mapped[str] = mapped_column(default="auto")
    easier_letters: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    consented_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    consented_to: Mapped[str | None]
    welcomed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def preferred_name(self) -> str:
        """Return what to call this person: the first word of the name."""
        return self.name.split()[0] if self.name.strip() else ""

    @property
    def is_staff(self) -> bool:
        """Tell whether this account works for the clinic, so a second step is a must."""
        return bool(STAFF & set(self.roles))

    @property
    def acting_role(self) -> str:
        """Return the role this person acts in unless they chose another."""
        order = ("therapist", "clinic_admin", "moderator", "patient")
        return next((role for role in order if role in self.roles), ROLES[0])

    def activate(self, at: datetime) -> None:
        """Let the owner in: the address is theirs."""
        if self.state == UserState.DISABLED:
            raise Conflict("This account is switched off.")
        self.state, self.confirmed_at = UserState.ACTIVE, self.confirmed_at or at

    def disable(self, at: datetime) -> None:
        """Let nobody in any more; nothing is deleted."""
        if self.state == UserState.DISABLED:
            raise Conflict("This account is switched off already.")
        self.state, self.disabled_at = UserState.DISABLED, at

    def enable(self) -> None:
        """Undo `disable`."""
        if self.state != UserState.DISABLED:
            raise Conflict("This account is not switched off.")
        self.state, self.disabled_at = (UserState.ACTIVE if self.confirmed_at else UserState.INVITED), None


class PasswordCredential(ClinicBase):
    """A password as argon2id remembers it."""

    __tablename__ = "password_credential"

    user_uid: Mapped[UUID] = mapped_column(ForeignKey("user.uid"), primary_key=True)
    hash: Mapped[str]
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class TotpCredential(ClinicBase):
    """An app that shows codes; it counts once a first code was typed (RFC 6238)."""

    __tablename__ = "totp_credential"

    user_uid: Mapped[UUID] = mapped_column(ForeignKey("user.uid"), primary_key=True)
    secret: Mapped[str] = mapped_column(EncryptedText("totp_credential.secret"))
    last_step: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Passkey(ClinicBase):
    """A WebAuthn credential, tied to the hostname it was made on."""

    __tablename__ = "passkey"

    uid: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    user_uid: Mapped[UUID] = mapped_column(ForeignKey("user.uid"), index=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(default=0)
    rp_id: Mapped[str]
    label: Mapped[str] = mapped_column(EncryptedText("passkey.label"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PasskeyChallenge(ClinicBase):
    """A number a passkey must sign, once and soon."""

    __tablename__ = "passkey_challenge"

    uid: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    challenge: Mapped[bytes] = mapped_column(LargeBinary)
    purpose: Mapped[str]
    user_uid: Mapped[UUID | None] = mapped_column(ForeignKey("user.uid"), index=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class RecoveryCode(ClinicBase):
    """One of the codes kept on paper; works once."""

    __tablename__ = "recovery_code"

    uid: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    user_uid: Mapped[UUID] = mapped_column(ForeignKey("user.uid"), index=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class LoginSession(ClinicBase):
    """One device's sign-in. The cookie holds the token, this row only its keyed hash."""

    __tablename__ = "login_session"

    uid: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    user_uid: Mapped[UUID] = mapped_column(ForeignKey("user.uid"), index=True)
    stage: Mapped[str]
    acting_role: Mapped[str]
    device: Mapped[str]
    mfa: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    fresh_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    user: Mapped[User] = relationship(lazy="joined", innerjoin=True, viewonly=True)


class EmailToken(ClinicBase):
    """A link sent by e-mail, for one purpose; works once."""

    __tablename__ = "email_token"

    uid: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    user_uid: Mapped[UUID] = mapped_column(ForeignKey("user.uid"), index=True)
    purpose: Mapped[str]
    digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    address: Mapped[str | None] = mapped_column(EncryptedText("email_token.address"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    user: Mapped[User] = relationship(lazy="joined", innerjoin=True, viewonly=True)


class ThrottleBucket(ClinicBase):
    """Counts failed tries for one address or one place, found by a keyed hash of it."""

    __tablename__ = "throttle_bucket"

    key: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    blocked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
