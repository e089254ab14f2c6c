"""A push service on this machine, and a browser that subscribed to it: opens what arrives with the browser's own keys."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02

from tests.fakes.web import Asked, Reply, Web, say, serving


def text(raw: bytes) -> str:
    """Write bytes as browsers do: base64url without its end."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


@dataclass
class Subscribed:
    """One browser's subscription and its private half."""

    endpoint: str
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    secret: bytes = b"0123456789abcdef"

    @property
    def p256dh(self) -> str:
        """The public point that the clinic gets."""
        return text(self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))

    @property
    def auth(self) -> str:
        """The secret that the clinic gets."""
        return text(self.secret)

    def opened(self, asked: Asked) -> dict[str, Any]:
        """Open a message as the browser does (RFC 8291), and check who signed it as the service does (RFC 8292)."""
        assert asked.headers["content-encoding"] == "aes128gcm"
        assert Vapid02.verify(asked.headers["authorization"])
        plain: bytes = http_ece.decrypt(asked.body, private_key=self.key, auth_secret=self.secret, version="aes128gcm")
        words: dict[str, Any] = json.loads(plain)
        return words


@dataclass
class Service:
    """A running push service: what it says next, and what it got."""

    web: Web
    says: list[bytes]

    def subscribe(self) -> Subscribed:
        """Give a browser an address of its own."""
        return Subscribed(self.web.url(f"/push/{len(self.web.asked)}-secret"))

    @property
    def got(self) -> list[Asked]:
        """Every message that arrived, also those that were refused."""
        return self.web.asked


@contextmanager
def push_service() -> Iterator[Service]:
    """Run a push service that takes everything until `says` holds other answers, used in turn."""
    says: list[bytes] = []

    def reply(_asked: Asked, line: Any) -> None:
        line.sendall(says.pop(0) if says else say(201))

    answering: Reply = reply
    with serving(answering) as web:
        yield Service(web, says)
