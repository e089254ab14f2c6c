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
    return UUID(bytes=_key_bytes(box))


def is_under(box: bytes, key_id: UUID) -> bool:
    """Tell whether a box was shut with the key of this id."""
    return _key_bytes(box) == key_id.bytes


def open_box(key: bytes, box: bytes, context: str) -> bytes:
    """Decrypt a box; raise KeyUnavailable when the key, the place or a byte differs."""
    name = _key_bytes(box).hex()
    nonce, sealed = box[_HEAD : _HEAD + _NONCE], box[_HEAD + _NONCE :]
    try:
        # The id as UUID writes it: to make a UUID of each value would cost as much as to open it.
        return AESGCM(key).decrypt(nonce, sealed, _bound(f"{name[:8]}-{name[8:12]}-{name[12:16]}-{name[16:20]}-{name[20:]}", context))
    except InvalidTag:
        raise KeyUnavailable("this stored value does not open here: wrong key, or it was moved or changed") from None


def _key_bytes(box: bytes) -> bytes:
    if len(box) < _HEAD + _NONCE + 16 or box[0] != FORMAT:
        raise KeyUnavailable("this stored value is not one of ours")
    return bytes(box[1:_HEAD])


def _bound(key_id: UUID | str, context: str) -> bytes:
    return f"vt1|{key_id}|{context}".encode()
