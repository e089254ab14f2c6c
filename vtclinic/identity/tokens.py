"""Secrets we hand out and never keep: cookies, links in e-mails, recovery codes.

What is stored is a keyed hash over the clinic's id, so a token of one clinic opens nothing at another, even on a copied database.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta
from enum import StrEnum

from sqlalchemy import select, update

from vtclinic.core import clock
from vtclinic.core.errors import Gone
from vtclinic.core.i18n import gettext as _
from vtclinic.core.ids import new_token
from vtclinic.core.scope import current_clinic
from vtclinic.core.uow import session
from vtclinic.identity.models import EmailToken, User, UserState


class Purpose(StrEnum):
    """What a mailed link does."""

    CONFIRM = "confirm"
    RECOVER = "recover"
    INVITE = "invite"
    CHANGE_EMAIL = "change-email"
    SIGN_IN = "sign-in"


VALID = {
    Purpose.CONFIRM: timedelta(days=2),
    Purpose.RECOVER: timedelta(minutes=30),
    Purpose.INVITE: timedelta(days=7),
    Purpose.CHANGE_EMAIL: timedelta(hours=2),
    Purpose.SIGN_IN: timedelta(minutes=15),
}


def digest(token: str, purpose: str) -> bytes:
    """Return the keyed hash under which a secret is stored in this clinic."""
    clinic = current_clinic()
    key = clinic.keys.derived("token")
    return hmac.new(key, f"{clinic.uid}|{purpose}|{token}".encode(), hashlib.sha256).digest()


def issue(user: User, purpose: Purpose, *, address: str | None = None) -> str:
    """Make a link's secret; earlier links of the same purpose stop working."""
    now, token = clock.now(), new_token()
    revoke(user, purpose)
    session().add(
        EmailToken(
            user_uid=user.uid, purpose=purpose, digest=digest(token, purpose), address=address, created_at=now, expires_at=now + VALID[purpose]
        )
    )
    return token


def revoke(user: User, *purposes: Purpose) -> None:
    """End a person's unused links of these purposes, or of all."""
    which = [EmailToken.purpose.in_(purposes)] if purposes else []
    session().execute(update(EmailToken).where(EmailToken.user_uid == user.uid, EmailToken.used_at.is_(None), *which).values(used_at=clock.now()))


def find(token: str, purpose: Purpose) -> EmailToken:
    """Return a link that would still work; raise Gone when it was used, is too old, or is not ours. Changes nothing."""
    row = session().scalar(select(EmailToken).where(EmailToken.digest == digest(token, purpose)))
    if row is None or row.used_at is not None or row.expires_at <= clock.now() or row.user.state == UserState.DISABLED:
        raise _gone()
    return row


def use(token: str, purpose: Purpose) -> EmailToken:
    """Take a link; of two at the same moment, one gets it and the other Gone."""
    row = find(token, purpose)
    taken = session().execute(update(EmailToken).where(EmailToken.uid == row.uid, EmailToken.used_at.is_(None)).values(used_at=clock.now()))
    if taken.rowcount != 1:  # type: ignore[attr-defined]
        raise _gone()
    return row


def _gone() -> Gone:
    return Gone(_("This link does not work any more. Each link works once, and not for long."), hint=_("Ask for a new one."))
