"""What a person was told, what they want to be told and when, and the browsers that may be pushed to."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from vtclinic.core.crypto import EncryptedText
from vtclinic.core.database import ClinicBase, UtcDateTime


class Notification(ClinicBase):
    """One thing told to one person; the pair of person and key is the rule that it is told once.

    A row that nobody wanted in the app is kept all the same, with `in_app` off: it remembers that the thing was told.
    """

    __tablename__ = "notification"
    __table_args__ = (
        UniqueConstraint("to_uid", "key"),
        Index("ix_notification_to_read", "to_uid", "read_at", "in_app"),
        Index("ix_notification_to_created", "to_uid", "created_at"),
    )

    uid: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    to_uid: Mapped[UUID] = mapped_column(ForeignKey("user.uid"))
    kind: Mapped[str]
    key: Mapped[str]
    path: Mapped[str]
    in_app: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    mail_uid: Mapped[UUID | None] = mapped_column(Uuid)


class NotificationChoice(ClinicBase):
    """How one person wants one kind of news; without a row the kind's own ways hold."""

    __tablename__ = "notification_choice"

    user_uid: Mapped[UUID] = mapped_column(ForeignKey("user.uid"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    in_app: Mapped[bool]
    mail: Mapped[bool]
    push: Mapped[bool]


class QuietHours(ClinicBase):
    """When one person is left in peace: wall times such as 22:00 and 07:00, on that person's clock."""

    __tablename__ = "quiet_hours"

    user_uid: Mapped[UUID] = mapped_column(ForeignKey("user.uid"), primary_key=True)
    start: Mapped[str]
    end: Mapped[str]


class PushKey(ClinicBase):
    """The clinic's own key with which push services know it (RFC 8292); there is one, made when first needed."""

    __tablename__ = "push_key"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    private: Mapped[str] = mapped_column(EncryptedText("push_key.private"))
    public: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PushSubscription(ClinicBase):
    """One browser of one person that asked for push; address and keys come from the browser (RFC 8291 §2.1)."""

    __tablename__ = "push_subscription"

    uid: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    user_uid: Mapped[UUID] = mapped_column(ForeignKey("user.uid"), index=True)
    endpoint: Mapped[str] = mapped_column(EncryptedText("push_subscription.endpoint"))
    endpoint_index: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    p256dh: Mapped[str]
    auth: Mapped[str] = mapped_column(EncryptedText("push_subscription.auth"))
    device: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PushOutbox(ClinicBase):
    """One notification on its way to one browser; the row goes when the push service took it."""

    __tablename__ = "push_outbox"

    uid: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    notification_uid: Mapped[UUID] = mapped_column(ForeignKey("notification.uid"), index=True)
    subscription_uid: Mapped[UUID] = mapped_column(ForeignKey("push_subscription.uid"), index=True)
    next_try: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
