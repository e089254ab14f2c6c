"""Making, opening and re-wrapping one clinic's keys."""

from __future__ import annotations

from uuid import UUID

from vtclinic.core import clock
from vtclinic.core.crypto import box
from vtclinic.core.crypto.keys import ClinicKeys, MasterKey
from vtclinic.tenants.models import Clinic, ClinicKey


def make_keys(master: MasterKey, clinic_uid: UUID) -> ClinicKey:
    """Make a new clinic's first key version."""
    return _shut(master, clinic_uid, 1, box.new_key(), (box.new_key(), box.new_key()))


def open_keys(master: MasterKey, clinic: Clinic) -> ClinicKeys:
    """Open all key versions of a clinic; raise KeyUnavailable under another master key."""
    wrapping = {row.version: master.unwrap(row.wrapped_key, _context(clinic.uid, row.version)) for row in clinic.keys}
    active = next(row for row in clinic.keys if row.active)
    field_key, index_key = (
        box.open_box(wrapping[active.version], shut, f"{_context(clinic.uid, active.version)}|{name}")
        for name, shut in (("field", active.field_key), ("index", active.index_key))
    )
    return ClinicKeys(clinic.uid, wrapping, active.version, field_key, index_key)


def next_version(master: MasterKey, clinic: Clinic) -> ClinicKey:
    """Make a newer clinic key over the same field and index keys; the older one stays until every patient key is re-wrapped."""
    keys = open_keys(master, clinic)
    for row in clinic.keys:
        row.active = False
    return _shut(master, clinic.uid, keys.active + 1, box.new_key(), (keys.field_key, keys.index_key))


def rewrap_under(old: MasterKey, new: MasterKey, clinic: Clinic) -> None:
    """Shut a clinic's keys up again under another master key."""
    for row in clinic.keys:
        context = _context(clinic.uid, row.version)
        row.wrapped_key = new.wrap(old.unwrap(row.wrapped_key, context), context)


def adopt_keys(master: MasterKey, keys: ClinicKeys) -> list[ClinicKey]:
    """Shut the keys of a clinic that came from elsewhere under this instance's master key."""
    rows = [_shut(master, keys.clinic_uid, number, secret, (keys.field_key, keys.index_key)) for number, secret in sorted(keys.wrapping.items())]
    for row in rows:
        row.active = row.version == keys.active
    return rows


def _shut(master: MasterKey, clinic_uid: UUID, version: int, secret: bytes, inner: tuple[bytes, bytes]) -> ClinicKey:
    context = _context(clinic_uid, version)
    return ClinicKey(
        clinic_uid=clinic_uid,
        version=version,
        wrapped_key=master.wrap(secret, context),
        field_key=box.shut(secret, clinic_uid, inner[0], f"{context}|field"),
        index_key=box.shut(secret, clinic_uid, inner[1], f"{context}|index"),
        active=True,
        created_at=clock.now(),
    )


def _context(clinic_uid: UUID, version: int) -> str:
    return f"{clinic_uid}|clinic_key|{version}"
