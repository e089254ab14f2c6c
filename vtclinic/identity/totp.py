"""Codes from an app, RFC 6238: six digits, thirty seconds, each accepted once. Pure."""

from __future__ import annotations

import hmac

import pyotp
import segno

from vtclinic.core import clock

SECONDS = 30
_WINDOW = (0, -1, 1)


def new_secret() -> str:
    """Make a 160-bit secret in base 32 (RFC 4226 §4 recommends 160 bits)."""
    return pyotp.random_base32(32)


def enrolment_uri(secret: str, *, account: str, issuer: str) -> str:
    """Return what the app reads from the picture."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=issuer)


def enrolment_picture(uri: str) -> str:
    """Draw the QR code as an inline SVG; black on white in every theme, since cameras need that."""
    return segno.make(uri, error="m").svg_inline(scale=5, border=4, dark="#000", light="#fff", svgclass=None, lineclass=None)


def spaced(secret: str) -> str:
    """Write a secret in groups of four, for typing it."""
    return " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))


def code_now(secret: str) -> str:
    """Return the code an app shows now; for demos and tests."""
    return pyotp.TOTP(secret).at(clock.now())


def accepted_step(secret: str, code: str, *, last_step: int) -> int | None:
    """Return the time step a code belongs to, or None when it is wrong, old, or not newer than `last_step`.

    One step either way is taken (RFC 6238 §5.2). Store the returned step: that is what refuses a replay.
    """
    digits = "".join(ch for ch in code if ch.isascii() and ch.isdigit())
    here = int(clock.now().timestamp()) // SECONDS
    maker = pyotp.TOTP(secret)
    for offset in _WINDOW:
        step = here + offset
        if hmac.compare_digest(maker.generate_otp(step), digits) and step > last_step:
            return step
    return None
