"""The file a clinic travels in: a tar stream, encrypted under a passphrase, that shows when a byte is missing or changed.

Layout: magic · scrypt cost (log2 n, r, p) · salt · nonce prefix, then chunks of 64 KiB, each AES-256-GCM with the header as additional data.
The nonce is prefix · chunk number · last-chunk flag (the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár, 2015), so that
chunks cannot be moved, dropped or cut off at the end. Inside, `digests.json` closes the tar with the SHA-256 of every member.
"""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import os
import tarfile
import unicodedata
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from vtclinic.core.crypto import box
from vtclinic.core.errors import Conflict, Invalid

MAGIC = b"VTCLINIC"
FORMAT = 1
CHUNK = 64 * 1024
COST = (17, 8, 1)  # log2 n, r, p: 128 MB of memory for each try at the passphrase
DEAREST = 20
DIGESTS = "digests.json"
_SALT, _PREFIX, _TAG = 16, 7, 16
_HEADER = len(MAGIC) + 1 + 3 + _SALT + _PREFIX
_DAMAGED = "The file is damaged: it was cut off or changed."


@dataclass(frozen=True)
class ArchiveKey:
    """What a passphrase and a header make: one key for the stream, one for the clinic's keys inside it."""

    header: bytes = field(repr=False)
    secret: bytes = field(repr=False)

    @property
    def stream(self) -> bytes:
        """The key of the chunks."""
        return box.derive(self.secret, "archive stream")

    @property
    def keys(self) -> bytes:
        """The key under which the clinic's keys are wrapped for the journey."""
        return box.derive(self.secret, "archive keys")

    def nonce(self, number: int, *, last: bool) -> bytes:
        """The nonce of one chunk."""
        return self.header[-_PREFIX:] + number.to_bytes(4, "big") + bytes([last])


def new_archive_key(passphrase: str) -> ArchiveKey:
    """Make a header with a fresh salt, and its key."""
    header = MAGIC + bytes([FORMAT, *COST]) + os.urandom(_SALT + _PREFIX)
    return ArchiveKey(header, _stretch(passphrase, header))


def read_archive_key(file: BinaryIO, passphrase: str) -> ArchiveKey:
    """Read a header; raise Invalid when this is no archive of ours."""
    header = file.read(_HEADER)
    if len(header) < _HEADER or not header.startswith(MAGIC):
        raise Invalid("This file is not a clinic exported by vtclinic.")
    version, log_n = header[len(MAGIC)], header[len(MAGIC) + 1]
    if version != FORMAT:
        raise Invalid("This file was made by a newer vtclinic.", hint="Upgrade this installation first.")
    if log_n > DEAREST:
        raise Invalid(_DAMAGED)
    return ArchiveKey(header, _stretch(passphrase, header))


def _stretch(passphrase: str, header: bytes) -> bytes:
    log_n, r, p = header[len(MAGIC) + 1 : len(MAGIC) + 4]
    salt = header[-_SALT - _PREFIX : -_PREFIX]
    # NFC, so that the same words typed on two keyboards are the same bytes.
    words = unicodedata.normalize("NFC", passphrase).encode()
    try:
        return Scrypt(salt=salt, length=box.KEY_SIZE, n=1 << log_n, r=r, p=p).derive(words)
    except ValueError:
        raise Invalid(_DAMAGED) from None


class SealedWriter(io.RawIOBase):
    """Takes plain bytes and writes encrypted chunks; `close` writes the last one."""

    def __init__(self, file: BinaryIO, key: ArchiveKey) -> None:
        super().__init__()
        self._file, self._key, self._cipher = file, key, AESGCM(key.stream)
        self._rest, self._number = bytearray(), 0
        file.write(key.header)

    def writable(self) -> bool:
        """Say that this is for writing."""
        return True

    def write(self, data: Any) -> int:
        """Take bytes."""
        self._rest += data
        while len(self._rest) > CHUNK:
            self._emit(last=False)
        return len(data)

    def finish(self) -> None:
        """Write the last chunk, without which the file counts as cut off."""
        self._emit(last=True)

    def _emit(self, *, last: bool) -> None:
        plain = bytes(self._rest[:CHUNK])
        del self._rest[:CHUNK]
        self._file.write(self._cipher.encrypt(self._key.nonce(self._number, last=last), plain, self._key.header))
        self._number += 1


class SealedReader(io.RawIOBase):
    """Gives plain bytes back; raises Invalid at the first byte that was changed or is missing."""

    def __init__(self, file: BinaryIO, key: ArchiveKey) -> None:
        super().__init__()
        self._file, self._key, self._cipher = file, key, AESGCM(key.stream)
        self._rest, self._number, self._ended = b"", 0, False
        self._ahead = file.read(CHUNK + _TAG)

    def readable(self) -> bool:
        """Say that this is for reading."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Return up to `size` bytes."""
        while not self._ended and (size < 0 or len(self._rest) < size):
            self._rest += self._next()
        end = len(self._rest) if size < 0 else size
        found, self._rest = self._rest[:end], self._rest[end:]
        return found

    def _next(self) -> bytes:
        sealed, self._ahead = self._ahead, self._file.read(CHUNK + _TAG)
        self._ended = not self._ahead
        try:
            plain = self._cipher.decrypt(self._key.nonce(self._number, last=self._ended), sealed, self._key.header)
        except InvalidTag:
            sentence = "The passphrase does not open this file, or the file is damaged." if self._number == 0 else _DAMAGED
            raise Invalid(sentence) from None
        self._number += 1
        return plain


class Packer:
    """Puts members into the tar and remembers their digests."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar, self._digests = tar, dict[str, str]()

    def add(self, name: str, content: bytes) -> None:
        """Add bytes as a member."""
        self._digests[name] = hashlib.sha256(content).hexdigest()
        self._put(name, content)

    def add_json(self, name: str, value: Any) -> None:
        """Add a value as JSON."""
        self.add(name, json.dumps(value, ensure_ascii=False).encode())

    def close(self) -> None:
        """Add the list of digests."""
        self._put(DIGESTS, json.dumps(self._digests).encode())

    def _put(self, name: str, content: bytes) -> None:
        member = tarfile.TarInfo(name)
        member.size, member.mode = len(content), 0o600
        self._tar.addfile(member, io.BytesIO(content))


@contextmanager
def write_archive(path: Path, key: ArchiveKey) -> Iterator[Packer]:
    """Write an archive; the file appears under its name whole or not at all. Raises Conflict when something is there."""
    if path.exists():
        raise Conflict(f"{path} is there already.", hint="Give another name, or take the older file away.")
    draft = path.with_name(path.name + ".part")
    try:
        with draft.open("wb") as file:
            draft.chmod(0o600)
            sealed = SealedWriter(file, key)
            with tarfile.open(fileobj=sealed, mode="w|") as tar:
                packer = Packer(tar)
                yield packer
                packer.close()
            sealed.finish()
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def read_members(file: BinaryIO, key: ArchiveKey) -> Generator[tuple[str, bytes], None, None]:
    """Yield every member's name and content in order; raise Invalid at the end unless all digests fit."""
    found: dict[str, str] = {}
    listed: dict[str, str] | None = None
    try:
        with tarfile.open(fileobj=SealedReader(file, key), mode="r|") as tar:
            for member in tar:
                stream = tar.extractfile(member)
                if stream is None or listed is not None:
                    raise Invalid(_DAMAGED)
                content = stream.read()
                if member.name == DIGESTS:
                    listed = json.loads(content)
                    continue
                found[member.name] = hashlib.sha256(content).hexdigest()
                yield member.name, content
    except tarfile.TarError:
        raise Invalid(_DAMAGED) from None
    if listed is None or not hmac.compare_digest(json.dumps(listed, sort_keys=True), json.dumps(found, sort_keys=True)):
        raise Invalid(_DAMAGED)
