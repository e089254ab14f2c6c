"""One key per patient, wrapped by the clinic's key; destroying it erases what was written with it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import LargeBinary, Uuid, select
from sqlalchemy.orm import Mapped, mapped_column

from vtclinic.core import clock
from vtclinic.core.crypto import box
from vtclinic.core.database import ClinicBase, UtcDateTime
from vtclinic.core.errors import KeyUnavailable
from vtclinic.core.ids import new_id
from vtclinic.core.scope import current_clinic
from vtclinic.core.uow import session

_CACHE = "patient_keys"


class PatientKey(ClinicBase):
    """A patient's key, shut up under the clinic's; the wrapped bytes vanish when the patient is erased."""

    __tablename__ = "patient_key"

    patient_uid: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    key_id: Mapped[UUID] = mapped_column(Uuid, unique=True)
    wrapped: Mapped[bytes | None] = mapped_column(LargeBinary)
    wrapped_by: Mapped[int] = mapped_column(index=True)
    destroyed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


def create_patient_key(patient_uid: UUID) -> None:
    """Make the key that everything this patient writes is shut with."""
    secret, key_id = box.new_key(), new_id()
    version, wrapped = current_clinic().keys.wrap(secret, _context(patient_uid))
    session().add(PatientKey(patient_uid=patient_uid, key_id=key_id, wrapped=wrapped, wrapped_by=version))
    _opened()[patient_uid] = (key_id, secret)


def destroy_patient_key(patient_uid: UUID) -> None:
    """Make all this patient wrote unreadable for good, backups of this row aside."""
    row = session().get(PatientKey, patient_uid)
    if row is not None:
        row.wrapped, row.destroyed_at = None, clock.now()
    _opened().pop(patient_uid, None)


def prefetch_patient_keys(patient_uids: Iterable[UUID]) -> None:
    """Open many patients' keys with one query, before a list of their rows is read."""
    opened = _opened()
    missing = {uid for uid in patient_uids if uid not in opened}
    if missing:
        for row in session().scalars(select(PatientKey).where(PatientKey.patient_uid.in_(missing))):
            _open(row)


def patient_key(patient_uid: UUID) -> tuple[UUID, bytes]:
    """Return a patient's key id and key; raise KeyUnavailable when the patient was erased."""
    found = _opened().get(patient_uid)
    if found is None:
        with session().no_autoflush:
            row = session().get(PatientKey, patient_uid)
        if row is None or row.wrapped is None:
            raise KeyUnavailable("this patient's key does not exist any more")
        found = _open(row)
    return found


def rewrap(row: PatientKey) -> None:
    """Shut a patient's key up again under the clinic's active key."""
    if row.wrapped is None:
        return
    keys, context = current_clinic().keys, _context(row.patient_uid)
    secret = keys.unwrap(row.wrapped_by, row.wrapped, context)
    row.wrapped_by, row.wrapped = keys.wrap(secret, context)


def _open(row: PatientKey) -> tuple[UUID, bytes]:
    if row.wrapped is None:
        raise KeyUnavailable("this patient's key does not exist any more")
    secret = current_clinic().keys.unwrap(row.wrapped_by, row.wrapped, _context(row.patient_uid))
    _opened()[row.patient_uid] = (row.key_id, secret)
    return row.key_id, secret


def _opened() -> dict[UUID, tuple[UUID, bytes]]:
    cache: dict[UUID, tuple[UUID, bytes]] = session().info.setdefault(_CACHE, {})
    return cache


def _context(patient_uid: UUID) -> str:
    return f"{current_clinic().uid}|patient_key|{patient_uid}"
