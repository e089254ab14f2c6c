"""The upper two floors of the envelope: the master key, and one clinic's keys."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from uuid import UUID, uuid5

from vtclinic.core.crypto import box
from vtclinic.core.errors import KeyUnavailable

MASTER_FILE = "master.key"
MASTER_VARIABLE = "VTCLINIC_MASTER_KEY"
_CREDENTIAL = "vtclinic-master-key"
_NAMESPACE = UUID("5ad1fb9e-6cf4-4a84-9f2e-3f1f7d6e5f3a")
_HINT = "Put the master.key file back, or rebuild it from two recovery shares: vtclinic key recover."


@dataclass(frozen=True)
class MasterKey:
    """The instance's root secret: 32 random bytes, kept outside every database."""

    secret: bytes

    def __repr__(self) -> str:
        return f"MasterKey({self.key_id})"

    @property
    def key_id(self) -> UUID:
        """Name this key without telling anything of it."""
        return uuid5(_NAMESPACE, hmac.new(self.secret, b"key id", hashlib.sha256).hexdigest())

    def wrap(self, key: bytes, context: str) -> bytes:
        """Shut another key up under this one."""
        return box.shut(box.derive(self.secret, "wrap"), self.key_id, key, context)

    def unwrap(self, wrapped: bytes, context: str) -> bytes:
        """Open a key shut by `wrap`; raise KeyUnavailable under another master key."""
        if box.key_id_of(wrapped) != self.key_id:
            raise KeyUnavailable("The master key is not the one this data was locked with.", hint=_HINT)
        return box.open_box(box.derive(self.secret, "wrap"), wrapped, context)


@dataclass(frozen=True)
class ClinicKeys:
    """One clinic's opened keys, held in memory only.

    `wrapping` maps a clinic key's version to the key; during a rotation two are present and `active` names the newer.
    """

    clinic_uid: UUID
    wrapping: Mapping[int, bytes]
    active: int
    field_key: bytes
    index_key: bytes
    _made: dict[str, bytes] = field(default_factory=dict, compare=False)

    def __repr__(self) -> str:
        return f"ClinicKeys({self.clinic_uid})"

    @cached_property
    def field_key_id(self) -> UUID:
        """Name the key that fields outside patients' own keys are shut with."""
        return uuid5(_NAMESPACE, f"{self.clinic_uid}/field")

    def derived(self, purpose: str) -> bytes:
        """Return this clinic's key for cookies, audit chain, feeds…"""
        return self._once(self.field_key, f"clinic/{purpose}")

    def for_index(self, purpose: str) -> bytes:
        """Return this clinic's key for finding one kind of encrypted value."""
        return self._once(self.index_key, f"index/{purpose}")

    def wrap(self, key: bytes, context: str) -> tuple[int, bytes]:
        """Shut a patient's key; returns the clinic key's version and the box."""
        return self.active, box.shut(self.wrapping[self.active], self._wrap_id(self.active), key, context)

    def unwrap(self, version: int, wrapped: bytes, context: str) -> bytes:
        """Open a patient's key; raise KeyUnavailable when that clinic key version is gone."""
        key = self.wrapping.get(version)
        if key is None:
            raise KeyUnavailable(f"version {version} of the clinic's key is not here")
        return box.open_box(key, wrapped, context)

    def _wrap_id(self, version: int) -> UUID:
        return uuid5(_NAMESPACE, f"{self.clinic_uid}/wrap/{version}")

    def _once(self, key: bytes, purpose: str) -> bytes:
        # Each request signs with one of these; they live as long as the keys they come from.
        if purpose not in self._made:
            self._made[purpose] = box.derive(key, purpose)
        return self._made[purpose]


def create_master_key(home: Path) -> MasterKey:
    """Write a new master key, readable by its owner alone; refuse to replace one."""
    path = home / MASTER_FILE
    key = MasterKey(box.new_key())
    write_master_key(path, key)
    return key


def write_master_key(path: Path, key: MasterKey, *, replace: bool = False) -> None:
    """Store a master key so that a crash leaves either the whole file or none."""
    if path.exists() and not replace:
        raise KeyUnavailable("A master key is here already.", hint="Nothing was changed. To rotate it: vtclinic key rotate-master.")
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(base64.urlsafe_b64encode(key.secret) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def load_master_key(home: Path) -> MasterKey:
    """Find the master key: environment, systemd credential, then the file in the data folder.

    Raises KeyUnavailable in plain words when it is missing, damaged or readable by others.
    """
    if text := os.environ.get(MASTER_VARIABLE):
        return _decode(text, f"the variable {MASTER_VARIABLE}")
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    if folder and (Path(folder) / _CREDENTIAL).exists():
        return _decode((Path(folder) / _CREDENTIAL).read_text(), "the systemd credential")
    return read_master_key(home / MASTER_FILE)


def comes_from_file() -> bool:
    """Tell whether the master key is the file in the data folder, so that vtclinic may replace it."""
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    return not os.environ.get(MASTER_VARIABLE) and not (folder and (Path(folder) / _CREDENTIAL).exists())


def read_master_key(path: Path) -> MasterKey:
    """Read a master key's file; raise KeyUnavailable when it is missing, damaged or readable by others."""
    try:
        mode = path.stat().st_mode
        text = path.read_text()
    except FileNotFoundError:
        raise KeyUnavailable("The master key is missing.", hint=_HINT) from None
    except UnicodeDecodeError:
        text = ""
    except OSError as error:
        raise KeyUnavailable(f"The master key cannot be read: {error.strerror}.", hint=_HINT) from error
    if stat.S_IMODE(mode) & 0o077:
        raise KeyUnavailable("The master key can be read by other accounts.", hint=f"Close it: chmod 600 {path}")
    return _decode(text, f"the file {path.name}")


def _decode(text: str, where: str) -> MasterKey:
    try:
        secret = base64.urlsafe_b64decode(text.strip().encode("ascii"))
    except (binascii.Error, ValueError, UnicodeEncodeError):
        secret = b""
    if len(secret) != box.KEY_SIZE:
        raise KeyUnavailable(f"The master key in {where} is damaged.", hint=_HINT)
    return MasterKey(secret)
