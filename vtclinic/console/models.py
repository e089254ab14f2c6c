"""IT administrators and how they sign in; kept in the control database, apart from every clinic's people."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, Uuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from vtclinic.core.database import ControlBase, UtcDateTime
from vtclinic.core.errors import Conflict


class AdminState(StrEnum):
    """Whether an IT administrator may sign in."""

    ACTIVE = "active"
    DISABLED = "disabled"


class InstanceAdmin(ControlBase):
    """Somebody who runs the installation. The address is lower-case; the password is an argon2id hash."""

    __tablename__ = "instance_admin"

    uid: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str]
    state: Mapped[str] = mapped_column(default=AdminState.ACTIVE)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    password_changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    def disable(self, at: datetime) -> None:
        """Let this person in no more."""
        if self.state == AdminState.DISABLED:
            raise Conflict(f"{self.email} is switched off already.")
        self.state, self.disabled_at = AdminState.DISABLED, at

    def enable(self) -> None:
        """Undo `disable`."""
        if self.state == AdminState.ACTIVE:
            raise Conflict(f"{self.email} is not switched off.")
        self.state, self.disabled_at = AdminState.ACTIVE, None


class InstanceTotp(ControlBase):
    """An app that shows codes; its secret is a box under a key of the master key's, and counts once a first code was typed."""

    __tablename__ = "instance_totp"

    admin_uid: Mapped[UUID] = mapped_column(ForeignKey("instance_admin.uid"), primary_key=True)
    secret_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    last_step: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class InstancePasskey(ControlBase):
    """A WebAuthn credential for the console's own hostname."""

    __tablename__ = "instance_passkey"

    uid: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    admin_uid: Mapped[UUID] = mapped_column(ForeignKey("instance_admin.uid"), index=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(default=0)
    rp_id: Mapped[str]
    label: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class InstancePasskeyChallenge(ControlBase):
    """A number a passkey must sign, once and soon."""

    __tablename__ = "instance_passkey_challenge"

    uid: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    challenge: Mapped[bytes] = mapped_column(LargeBinary)
    purpose: Mapped[str]
    admin_uid: Mapped[UUID | None] = mapped_column(ForeignKey("instance_admin.uid"), index=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class InstanceRecoveryCode(ControlBase):
    """One of the codes kept on paper; works once."""

    __tablename__ = "instance_recovery_code"

    uid: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    admin_uid: Mapped[UUID] = mapped_column(ForeignKey("instance_admin.uid"), index=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class InstanceSession(ControlBase):
    """One device's sign-in to the console. The cookie holds the token, this row only its keyed hash."""

    __tablename__ = "instance_session"

    uid: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    admin_uid: Mapped[UUID] = mapped_column(ForeignKey("instance_admin.uid"), index=True)
    stage: Mapped[str]
    device: Mapped[str]
    mfa: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    fresh_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    admin: Mapped[InstanceAdmin] = relationship(lazy="joined", innerjoin=True, viewonly=True)


class InstanceThrottle(ControlBase):
    """Counts failed sign-ins for one address or one place, found by a keyed hash of it."""

    __tablename__ = "instance_throttle"

    key: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    blocked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
