"""What a push message looks like on its way: sealed for one browser (RFC 8291), sent under the clinic's own key (RFC 8292). Pure.

The libraries are loaded when the first message is made: most processes never make one.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from vtclinic.core.errors import Invalid
from vtclinic.core.i18n import gettext as _

_CURVE = "cryptography.hazmat.primitives.asymmetric.ec"
_WRITING = "cryptography.hazmat.primitives.serialization"
_LONGEST_ADDRESS = 1024
_POINT, _SECRET = 65, 16
# Every message has this size, so that its length tells nothing; services take 4,096.
PADDED = 1024
_VALID = timedelta(hours=12)


@dataclass(frozen=True)
class Browser:
    """Where and for whom a message is sealed: address, public point and secret, as the browser gave them (base64url)."""

    endpoint: str
    p256dh: str
    auth: str


@dataclass(frozen=True)
class Sealed:
    """A finished message: its body and headers."""

    body: bytes
    headers: dict[str, str]


def new_key() -> tuple[str, str]:
    """Make a clinic's key; returns the private one as PEM and the public point as browsers want it."""
    curve, writing = import_module(_CURVE), import_module(_WRITING)
    key = curve.generate_private_key(curve.SECP256R1())
    pem = key.private_bytes(writing.Encoding.PEM, writing.PrivateFormat.PKCS8, writing.NoEncryption())
    point = key.public_key().public_bytes(writing.Encoding.X962, writing.PublicFormat.UncompressedPoint)
    return pem.decode(), _text(point)


def checked(endpoint: str, p256dh: str, auth: str) -> Browser:
    """Return what a browser gave us when it can be sealed for; raise Invalid. Where the address leads is checked when it is used."""
    parts = urlsplit(endpoint) if endpoint.isascii() and len(endpoint) <= _LONGEST_ADDRESS else None
    if parts is None or parts.scheme not in ("https", "http") or not parts.hostname or ":" in parts.hostname or parts.username:
        raise Invalid(_("This browser cannot get notices."))
    curve = import_module(_CURVE)
    try:
        point, secret = _bytes(p256dh), _bytes(auth)
        curve.EllipticCurvePublicKey.from_encoded_point(curve.SECP256R1(), point)
    except (ValueError, binascii.Error):
        raise Invalid(_("This browser cannot get notices.")) from None
    if len(point) != _POINT or len(secret) != _SECRET:
        raise Invalid(_("This browser cannot get notices."))
    return Browser(endpoint, p256dh, auth)


def seal(browser: Browser, words: dict[str, str], private: str, *, contact: str, now: datetime) -> Sealed:
    """Seal a message for one browser and sign for it; `contact` is whom a push service may write to."""
    ece, curve = import_module("http_ece"), import_module(_CURVE)
    plain = json.dumps(words, ensure_ascii=False).encode()
    if len(plain) > PADDED:
        raise ValueError("a push message is longer than all others")
    body = ece.encrypt(
        plain.ljust(PADDED),
        salt=os.urandom(16),
        private_key=curve.generate_private_key(curve.SECP256R1()),
        dh=_bytes(browser.p256dh),
        auth_secret=_bytes(browser.auth),
    )
    return Sealed(body, {"content-encoding": "aes128gcm", "content-type": "application/octet-stream", **_signed(browser.endpoint, private, contact, now)})


def _signed(endpoint: str, private: str, contact: str, now: datetime) -> dict[str, str]:
    parts = urlsplit(endpoint)
    claims = {"aud": f"{parts.scheme}://{parts.netloc}", "exp": str(int((now + _VALID).timestamp())), "sub": contact}
    signed: dict[str, str] = _signer(private).sign(claims)
    return signed


@cache
def _signer(private: str) -> Any:
    return import_module("py_vapid").Vapid02.from_pem(private.encode())


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
