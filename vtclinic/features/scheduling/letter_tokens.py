"""The secret part of a link in a letter: names one thing, one state of it and one act, signed by the clinic; it holds no words."""

from __future__ import annotations

import base64
import binascii
import hmac
from hashlib import sha256
from uuid import UUID

from vtclinic.core.errors import Gone
from vtclinic.core.i18n import gettext as _
from vtclinic.core.scope import current_clinic

_UID, _SEQUENCE, _MAC = 16, 4, 20


def make(uid: UUID, sequence: int, act: str) -> str:
    """Return the token for an act on a thing as it is at this sequence."""
    head = uid.bytes + sequence.to_bytes(_SEQUENCE, "big")
    return base64.urlsafe_b64encode(head + _sign(head, act)).decode().rstrip("=")


def read(text: str, act: str) -> tuple[UUID, int]:
    """Return the thing and the sequence that a token names; raise Gone for one that is none, or is made for another act."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    head = raw[:-_MAC]
    if len(raw) != _UID + _SEQUENCE + _MAC or not hmac.compare_digest(raw[-_MAC:], _sign(head, act)):
        raise unusable()
    return UUID(bytes=head[:_UID]), int.from_bytes(head[_UID:], "big")


def unusable() -> Gone:
    """Return what is said of a link that leads nowhere."""
    return Gone(_("This link does not work."), hint=_("Sign in to see your sessions."))


def _sign(head: bytes, act: str) -> bytes:
    clinic = current_clinic()
    return hmac.new(clinic.keys.derived("letter-link"), f"{clinic.uid}|{act}|".encode() + head, sha256).digest()[:_MAC]
