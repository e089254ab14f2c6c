"""Column types and attributes that encrypt on the way in and decrypt on the way out."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any, overload

from sqlalchemy import Dialect, LargeBinary
from sqlalchemy.types import TypeDecorator

from vtclinic.core.crypto import box
from vtclinic.core.crypto.patients import patient_key
from vtclinic.core.errors import KeyUnavailable
from vtclinic.core.scope import current_clinic

# Where a row keeps what it opened, for as long as the row itself is in memory.
_OPENED = "_opened"


class EncryptedText(TypeDecorator[str]):
    """Text shut with the clinic's field key, bound to clinic, table and column.

    For what many rows need at once (names, addresses). What a patient writes uses `sealed`, which also binds the row.
    """

    impl = LargeBinary
    cache_ok = True

    def __init__(self, place: str) -> None:
        """Bind to `place`, the words "table.column"."""
        super().__init__()
        self.place = place

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        """Encrypt."""
        if value is None:
            return None
        clinic = current_clinic()
        return box.shut(clinic.keys.field_key, clinic.keys.field_key_id, value.encode(), f"{clinic.uid}|{self.place}")

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:
        """Decrypt; raises KeyUnavailable when it was moved from elsewhere."""
        if value is None:
            return None
        clinic = current_clinic()
        if not box.is_under(value, clinic.keys.field_key_id):
            raise KeyUnavailable("this value belongs to another clinic")
        return box.open_box(clinic.keys.field_key, value, f"{clinic.uid}|{self.place}").decode()

    def coerce_compared_value(self, op: Any, value: Any) -> Any:
        """Refuse comparison: two equal texts have different ciphertexts."""
        return self


class sealed:
    """An attribute kept in `column` as a box only this row's patient key opens.

    The row needs `uid` and `patient_uid` before the attribute is set. With `json=True` any JSON value is taken.
    """

    def __init__(self, column: str, *, json: bool = False) -> None:
        self.column, self.json = column, json

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, row: None, owner: type) -> sealed: ...
    @overload
    def __get__(self, row: Any, owner: type) -> Any: ...
    def __get__(self, row: Any, owner: type) -> Any:
        if row is None:
            return self
        shut = getattr(row, self.column)
        if shut is None:
            return None
        _, key = patient_key(row.patient_uid)  # asked each time: an erased patient's words do not show, opened before or not
        opened = row.__dict__.setdefault(_OPENED, {})
        known, plain = opened.get(self.column, (None, ""))
        if known is not shut:
            plain = box.open_box(key, shut, self._context(row)).decode()
            opened[self.column] = shut, plain
        return json.loads(plain) if self.json else plain

    def __set__(self, row: Any, value: Any) -> None:
        if value is None:
            setattr(row, self.column, None)
            return
        key_id, key = patient_key(row.patient_uid)
        plain = json.dumps(value) if self.json else value
        setattr(row, self.column, box.shut(key, key_id, plain.encode(), self._context(row)))

    def _context(self, row: Any) -> str:
        return f"{current_clinic().uid}|{row.__tablename__}.{self.column}|{row.uid}"


def blind_index(value: str, purpose: str) -> bytes:
    """Return the keyed hash by which an encrypted value can be found (HMAC-SHA256, per clinic and purpose)."""
    return hmac.new(current_clinic().keys.for_index(purpose), value.strip().casefold().encode(), hashlib.sha256).digest()
