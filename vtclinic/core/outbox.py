"""Mails wait in the clinic's own database: written with the change they tell of, sent after it, tried until they go.

A mail carries its address and parameters encrypted; a job is told its id alone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, select
from sqlalchemy.orm import Mapped, mapped_column

from vtclinic.core import clock, jobs, mail
from vtclinic.core.crypto import EncryptedText
from vtclinic.core.database import ClinicBase, UtcDateTime
from vtclinic.core.errors import Unavailable
from vtclinic.core.i18n import current_locale, current_timezone, locale_scope
from vtclinic.core.ids import new_id
from vtclinic.core.scope import current_clinic
from vtclinic.core.settings import Settings
from vtclinic.core.uow import after_commit, session, unit_of_work

DELIVER = "mail.deliver"
GIVE_UP = timedelta(days=3)
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=20), timedelta(hours=1)
# Longer than any conversation with a mail server: nobody else takes a mail that is being sent.
_IN_HAND = timedelta(minutes=5)


class OutboxMail(ClinicBase):
    """One mail on its way; address and words are blanked once it is gone."""

    __tablename__ = "outbox_mail"

    uid: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    template: Mapped[str]
    to: Mapped[str | None] = mapped_column(EncryptedText("outbox_mail.to"))
    params: Mapped[str | None] = mapped_column(EncryptedText("outbox_mail.params"))
    locale: Mapped[str]
    timezone: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    next_try: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    attempts: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


def queue_mail(
    to: str,
    template: str,
    params: Mapping[str, Any],
    *,
    locale: str | None = None,
    timezone: str | None = None,
    attachment: tuple[str, str, str] | None = None,
    named: bool = True,
    not_before: datetime | None = None,
) -> UUID:
    """Store a mail to be sent after this unit of work commits, or once `not_before` has come.

    `params` must be JSON values; instants go as ISO strings. `attachment` is (file name, media type, text). With `named=False`
    neither sender nor text name the clinic: for a patient whose mail somebody else may see.
    """
    uid, now = new_id(), clock.now()
    stored = json.dumps({"params": dict(params), "attachment": attachment, "named": named})
    session().add(
        OutboxMail(
            uid=uid,
            template=template,
            to=to,
            params=stored,
            locale=locale or current_locale(),
            timezone=timezone or str(current_timezone()),
            created_at=now,
            next_try=max(now, not_before or now),
        )
    )
    if not_before is not None and not_before > now:
        return uid  # the sweep finds it when its time has come
    slug = current_clinic().slug
    after_commit(lambda: jobs.enqueue(DELIVER, clinic=slug, mail=str(uid)))
    return uid


def deliver_mail(settings: Settings, uid: UUID) -> bool:
    """Try to send one mail now; returns whether it is gone. Safe to call twice, also by two workers at once.

    A worker that dies between sending and noting it leaves the mail in hand; it is then sent again under the same Message-ID, so that
    a receiver can tell the double.
    """
    with unit_of_work() as db:
        row = db.get(OutboxMail, uid, with_for_update=True)
        now = clock.now()
        if row is None or row.next_try is None or row.next_try > now:
            return row is not None and row.sent_at is not None
        row.attempts += 1
        pause = min(_FIRST_PAUSE * 2 ** min(row.attempts, 12), _LONGEST_PAUSE)
        row.next_try = now + max(pause, _IN_HAND)
        to, stored = row.to, json.loads(row.params or "{}")
        template, locale, timezone, late = row.template, row.locale, row.timezone, now - row.created_at > GIVE_UP
    assert to is not None
    try:
        with locale_scope(locale, timezone):
            letter = mail.render(template, stored["params"], named=stored["named"])
        if stored["attachment"]:
            letter = replace(letter, attachment=tuple(stored["attachment"]))
        mail.transport(settings).send(mail.compose(settings, to, letter, message_id=f"<{uid}@{current_clinic().host}>"))
    except Unavailable:
        if late:
            _close(uid, sent=False)
        else:
            _put_back(uid, pause)
        return False
    _close(uid, sent=True)
    return True


def withdraw_mail(uid: UUID) -> bool:
    """Take back a mail that waits, in the current unit of work; returns whether it had not gone yet."""
    row = session().get(OutboxMail, uid, with_for_update=True)
    if row is None or row.next_try is None or row.attempts:
        return False
    row.to = row.params = row.next_try = None
    row.failed_at = clock.now()
    return True


def due_mails(limit: int = 200) -> list[UUID]:
    """List mails whose time has come: new ones whose job was lost, and those that failed before."""
    with unit_of_work(write=False) as db:
        return list(db.scalars(select(OutboxMail.uid).where(OutboxMail.next_try <= clock.now()).order_by(OutboxMail.next_try).limit(limit)))


def _put_back(uid: UUID, pause: timedelta) -> None:
    with unit_of_work() as db:
        db.get_one(OutboxMail, uid).next_try = clock.now() + pause


def _close(uid: UUID, *, sent: bool) -> None:
    with unit_of_work() as db:
        row = db.get_one(OutboxMail, uid)
        row.to = row.params = row.next_try = None
        if sent:
            row.sent_at = clock.now()
        else:
            row.failed_at = clock.now()
