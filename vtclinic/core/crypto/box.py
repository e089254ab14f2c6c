"""AES-256-GCM with bound additional data: a ciphertext moved elsewhere does not open.

Layout of a box: 1 byte format (1) · 16 bytes key id · 12 bytes nonce · ciphertext with 16-byte tag (NIST SP 800-38D).
"""

from __future__ import annotations

import os
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from vtclinic.core.errors import KeyUnavailable

FORMAT = 1
KEY_SIZE = 32
_NONCE = 12
_HEAD = 1 + 16


def new_key() -> bytes:
    """Make a random 256-bit key."""
    return os.urandom(KEY_SIZE)


def derive(key: bytes, purpose: str) -> bytes:
    """Derive a 256-bit key for one purpose (HKDF-SHA256, RFC 5869)."""
    return HKDF(algorithm=SHA256(), length=KEY_SIZE, salt=None, info=f"vtclinic/{purpose}".encode()).derive(key)


def shut(key: bytes, key_id: UUID, plain: bytes, context: str) -> bytes:
    """Encrypt `plain`; it opens only with the same key id and `context`."""
    nonce = os.urandom(_NONCE)
    return bytes([FORMAT]) + key_id.bytes + nonce + AESGCM(key).encrypt(nonce, plain, _bound(key_id, context))


def key_id_of(box: bytes) -> UUID:
    """Read the id of the key a box was shut with."""
    if len(box) < _HEAD + _NONCE + 16 or box[0] != FORMAT:
        raise KeyUnavailable("this stored value is not one of ours")
    return UUID(bytes=bytes(box[1:_HEAD]))


def open_box(key: bytes, box: bytes, context: str) -> bytes:
    """Decrypt a box; raise KeyUnavailable when the key, the place or a byte differs."""
    key_id = key_id_of(box)
    nonce, sealed = box[_HEAD : _HEAD + _NONCE], box[_HEAD + _NONCE :]
    try:
        return AESGCM(key).decrypt(nonce, sealed, _bound(key_id, context))
    except InvalidTag:
        raise KeyUnavailable("this stored value does not open here: wrong key, or it was moved or changed") from None


def _bound(key_id: UUID, context: str) -> bytes:
    return f"vt1|{key_id}|{context}".encode()
