"""Who did what to whose record, in rows chained so that an edit shows.

Each row's MAC covers the row and the one before it, under a key that is not in the database; a single head row seals the end.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import LargeBinary, Select, Uuid, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from vtclinic.core import clock
from vtclinic.core.database import ClinicBase, ControlBase, UtcDateTime
from vtclinic.core.policy import Actor
from vtclinic.core.scope import current_clinic
from vtclinic.core.uow import before_control_end, before_end

GENESIS = bytes(32)
# What a row's MAC covers, in this order.
_CHAINED = ("seq", "at", "actor_uid", "actor_role", "action", "subject", "subject_uid", "patient_uid", "reason")


class _Entry:
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    actor_uid: Mapped[UUID | None] = mapped_column(Uuid)
    actor_role: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str]
    subject_uid: Mapped[str]
    reason: Mapped[str | None]
    mac: Mapped[bytes] = mapped_column(LargeBinary)


class _Head:
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int]
    mac: Mapped[bytes] = mapped_column(LargeBinary)
    seal: Mapped[bytes] = mapped_column(LargeBinary)


class AuditEntry(_Entry, ClinicBase):
    """One act in a clinic. It holds ids and fixed words, never a patient's words."""

    __tablename__ = "audit_entry"
    patient_uid: Mapped[UUID | None] = mapped_column(Uuid, index=True)


class AuditHead(_Head, ClinicBase):
    """The end of a clinic's chain; one row."""

    __tablename__ = "audit_head"


class InstanceAuditEntry(_Entry, ControlBase):
    """One act of an IT admin on the instance."""

    __tablename__ = "audit_entry"


class InstanceAuditHead(_Head, ControlBase):
    """The end of the instance's chain; one row."""

    __tablename__ = "audit_head"


@dataclass(frozen=True)
class ChainReport:
    """What `verify` found; `broken_at` is the first row that does not fit, if any."""

    rows: int
    broken_at: int | None = None
    problem: str = ""

    @property
    def sound(self) -> bool:
        """Tell whether nothing was changed."""
        return not self.problem


_HEADS: dict[type[Any], Select[int, bytes]] = {
    head: select(head.__table__.c.seq, head.__table__.c.mac).with_for_update() for head in (AuditHead, InstanceAuditHead)
}


def record(actor: Actor, action: str, subject: str, subject_uid: UUID | str, *, patient_uid: UUID | None = None, reason: str | None = None) -> None:
    """Note an act in the clinic's chain; it is written with the current unit of work, reads included.

    `reason` is one of our own fixed words, never free text.
    """
    values = _values(actor, action, subject, str(subject_uid), reason) | {"patient_uid": patient_uid}
    key = current_clinic().keys.derived("audit")
    before_end(lambda session: _append(session, key, AuditEntry, AuditHead, values))


def record_instance(actor: Actor, action: str, subject: str, subject_uid: UUID | str, *, key: bytes, reason: str | None = None) -> None:
    """Note an IT admin's act in the instance's chain."""
    values = _values(actor, action, subject, str(subject_uid), reason)
    before_control_end(lambda session: _append(session, key, InstanceAuditEntry, InstanceAuditHead, values))


def verify(session: Session, key: bytes, *, instance: bool = False) -> ChainReport:
    """Walk a whole chain and say whether any row was changed, removed or added by other hands."""
    entry: type[Any] = InstanceAuditEntry if instance else AuditEntry
    head: type[Any] = InstanceAuditHead if instance else AuditHead
    previous, rows = GENESIS, 0
    for row in session.scalars(select(entry).order_by(entry.seq).execution_options(yield_per=500)):
        rows += 1
        if row.seq != rows:
            return ChainReport(rows, row.seq, "a row is missing before this one")
        if not hmac.compare_digest(row.mac, _mac(key, previous, row)):
            return ChainReport(rows, row.seq, "this row or the one before it was changed")
        previous = row.mac
    end = session.get(head, 1)
    if end is None:
        return ChainReport(rows) if rows == 0 else ChainReport(rows, rows, "the end of the chain is missing")
    if end.seq != rows or end.mac != previous or not hmac.compare_digest(end.seal, _seal(key, end.seq, end.mac)):
        return ChainReport(rows, rows, "rows were removed from the end")
    return ChainReport(rows)


def reseal_instance(session: Session, key: bytes) -> None:
    """Chain the instance's rows anew under another key; verify the old chain first, in the same unit of work."""
    end = session.get(InstanceAuditHead, 1, with_for_update=True)
    if end is None:
        return
    previous = GENESIS
    for row in session.scalars(select(InstanceAuditEntry).order_by(InstanceAuditEntry.seq)):
        row.mac = previous = _mac(key, previous, row)
    end.mac, end.seal = previous, _seal(key, end.seq, previous)
    session.flush()


def _values(actor: Actor, action: str, subject: str, subject_uid: str, reason: str | None) -> dict[str, Any]:
    return {
        "at": clock.now(),
        "actor_uid": actor.uid,
        "actor_role": actor.role,
        "action": action,
        "subject": subject,
        "subject_uid": subject_uid,
        "reason": reason,
    }


def _append(session: Session, key: bytes, entry: type[Any], head: type[Any], values: dict[str, Any]) -> None:
    # By the tables, not by rows in the session: nearly every page appends, and nobody looks at what was appended.
    session.flush()
    connection, table = session.connection(), head.__table__
    end = connection.execute(_HEADS[head]).first()
    seq, previous = (end.seq + 1, end.mac) if end is not None else (1, GENESIS)
    mac = _mac_of(key, previous, {**values, "seq": seq})
    connection.execute(entry.__table__.insert(), {**values, "seq": seq, "mac": mac})
    new = {"seq": seq, "mac": mac, "seal": _seal(key, seq, mac)}
    if end is None:
        connection.execute(table.insert(), {"id": 1, **new})
    else:
        connection.execute(table.update(), new)


def _mac(key: bytes, previous: bytes, row: Any) -> bytes:
    return _mac_of(key, previous, {name: getattr(row, name, None) for name in _CHAINED})


def _mac_of(key: bytes, previous: bytes, values: Mapping[str, Any]) -> bytes:
    parts = [values["seq"], values["at"].isoformat(), *(values.get(name) for name in _CHAINED[2:])]
    text = json.dumps([None if part is None else str(part) for part in parts])
    return hmac.new(key, previous + text.encode(), hashlib.sha256).digest()


def _seal(key: bytes, seq: int, mac: bytes) -> bytes:
    return hmac.new(key, b"head" + str(seq).encode() + mac, hashlib.sha256).digest()
