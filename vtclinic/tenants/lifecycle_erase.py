"""Erasing a clinic: first the keys, which makes everything unreadable wherever copies lie, then the data."""

from __future__ import annotations

import shutil

from sqlalchemy import select
from sqlalchemy.orm import Session

from vtclinic.core.audit import record_instance
from vtclinic.core.errors import NotFound
from vtclinic.core.policy import Actor
from vtclinic.core.uow import control_unit_of_work, engines
from vtclinic.tenants.database import drop_database
from vtclinic.tenants.instance import Instance, clinic_url, control_url
from vtclinic.tenants.models import Clinic, ClinicState
from vtclinic.tenants.resolve import touch_directory


def erase_clinic(instance: Instance, actor: Actor, slug: str) -> None:
    """Destroy a clinic's keys, then its database and files, then its name; killed anywhere, the next call goes on.

    Backups of the control database still hold the keys until they age out. Raises NotFound.
    """
    address = _destroy_keys(instance, actor, slug)
    _empty_journal(instance)
    engines().forget(address)
    drop_database(address)
    shutil.rmtree(instance.settings.clinics / slug, ignore_errors=True)
    with control_unit_of_work() as control:
        control.delete(_find(control, slug))
        touch_directory(control)
        record_instance(actor, "clinic.erased", "clinic", slug, key=instance.audit_key)


def _destroy_keys(instance: Instance, actor: Actor, slug: str) -> str:
    with control_unit_of_work() as control:
        if control.connection().dialect.name == "sqlite":
            # Without it the deleted rows' bytes stay readable in the file.
            control.connection().exec_driver_sql("PRAGMA secure_delete=ON")
        clinic = _find(control, slug)
        if clinic.state != ClinicState.ERASING:
            clinic.state = ClinicState.ERASING
            record_instance(actor, "clinic.erasing", "clinic", slug, key=instance.audit_key)
        clinic.keys = []
        touch_directory(control)
        return clinic_url(instance.settings, clinic)


def _empty_journal(instance: Instance) -> None:
    """Move SQLite's write-ahead log into the database and cut it, since older pages in it still show the keys."""
    engine = engines().get(control_url(instance.settings))
    if engine.dialect.name == "sqlite":
        raw = engine.raw_connection()
        try:
            raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            raw.close()


def _find(control: Session, slug: str) -> Clinic:
    clinic = control.scalar(select(Clinic).where(Clinic.slug == slug))
    if clinic is None:
        raise NotFound(f"There is no clinic called {slug}.", hint="List them with: vtclinic tenant list")
    return clinic
