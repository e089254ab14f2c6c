"""Changing keys that hold others: a clinic's key over its patients' keys, and the master key over all clinics'.

Nothing a patient wrote is encrypted anew: keys are re-wrapped. Both can be killed anywhere and go on where they were.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from vtclinic.core.audit import record_instance, reseal_instance, verify
from vtclinic.core.crypto import box
from vtclinic.core.crypto.keys import MASTER_FILE, MasterKey, comes_from_file, read_master_key, write_master_key
from vtclinic.core.crypto.patients import PatientKey, rewrap
from vtclinic.core.errors import Conflict, KeyUnavailable
from vtclinic.core.policy import Actor
from vtclinic.core.scope import ClinicScope, current_clinic
from vtclinic.core.settings import Settings
from vtclinic.core.uow import control_unit_of_work, unit_of_work
from vtclinic.tenants.facts import MASTER_KEY, RECOVERY_DRILL, note_fact, open_control, stored_fact
from vtclinic.tenants.instance import Instance
from vtclinic.tenants.keys import next_version, rewrap_under
from vtclinic.tenants.models import Clinic, ClinicKey
from vtclinic.tenants.resolve import as_scope, touch_directory
from vtclinic.tenants.scope import tenant_scope
from vtclinic.tenants.service import find_clinic

NEXT_FILE = "master.next"
BATCH = 500
# Other processes look at the directory once a second; a request that began before keeps the keys it began with.
NOTICE_SECONDS = 2.0
LINGER_SECONDS = 10.0

Tell = Callable[[int, int], None]
Also = Callable[[Session, MasterKey, MasterKey], None]


# ---- one clinic's key


def rotate_clinic_key(instance: Instance, actor: Actor, slug: str, *, tell: Tell = lambda done, total: None, wait: Callable[[float], None] = time.sleep) -> int:
    """Give a clinic a new key and re-wrap every patient's key under it; return how many were re-wrapped.

    The clinic goes on working meanwhile: both versions open until the older one is dropped at the end.
    """
    clinic = _with_two_versions(instance, actor, slug)
    wait(NOTICE_SECONDS)
    with tenant_scope(clinic):
        done = _rewrap_all(tell)
        wait(LINGER_SECONDS)
        done += _rewrap_all(tell)
    _drop_older_versions(instance, actor, slug)
    return done


def _with_two_versions(instance: Instance, actor: Actor, slug: str) -> ClinicScope:
    with control_unit_of_work() as control:
        clinic = find_clinic(slug)
        if len(clinic.keys) == 1:
            clinic.keys.append(next_version(instance.master, clinic))
            touch_directory(control)
            record_instance(actor, "clinic.key-rotation-begun", "clinic", slug, key=instance.audit_key)
            control.flush()
        return as_scope(instance, clinic)


def _rewrap_all(tell: Tell) -> int:
    done, total = 0, _left()
    tell(0, total)
    while batch := _rewrap_batch():
        done += batch
        tell(done, max(total, done))
    return done


def _left() -> int:
    with unit_of_work(write=False) as db:
        return db.scalar(select(func.count()).select_from(PatientKey).where(_waiting())) or 0


def _rewrap_batch() -> int:
    with unit_of_work() as db:
        rows = db.scalars(select(PatientKey).where(_waiting()).order_by(PatientKey.patient_uid).limit(BATCH)).all()
        for row in rows:
            rewrap(row)
        return len(rows)


def _waiting() -> ColumnElement[bool]:
    return and_(PatientKey.wrapped_by != current_clinic().keys.active, PatientKey.wrapped.is_not(None))


def _drop_older_versions(instance: Instance, actor: Actor, slug: str) -> None:
    with control_unit_of_work() as control:
        clinic = find_clinic(slug)
        clinic.keys = [row for row in clinic.keys if row.active]
        touch_directory(control)
        record_instance(actor, "clinic.key-rotated", "clinic", slug, key=instance.audit_key)


# ---- the master key


def rotate_master_key(instance: Instance, actor: Actor, *, also: Also) -> MasterKey:
    """Replace the master key and re-wrap every clinic's key, in one transaction; return the new key.

    `also` re-encrypts what other rooms keep under the master key. Running processes must be restarted afterwards.
    """
    if not comes_from_file():
        raise Conflict(
            "The master key comes from the environment or from systemd, so vtclinic cannot replace it.",
            hint="Put it into master.key in the data folder for the rotation, then move the new one back.",
        )
    home, new = instance.settings.home, MasterKey(box.new_key())
    with _only_one(home):
        write_master_key(home / NEXT_FILE, new, replace=True)
        with control_unit_of_work() as control:
            _rewrap_control(control, instance, new, also)
            record_instance(actor, "master-key.rotated", "instance", str(new.key_id), key=Instance(instance.settings, new).audit_key)
        _put_in_place(home)
    return new


def _rewrap_control(control: Session, instance: Instance, new: MasterKey, also: Also) -> None:
    report = verify(control, instance.audit_key, instance=True)
    if not report.sound:
        raise Conflict("The instance's audit trail was changed, so it cannot move to a new key.", hint="See: vtclinic audit verify --instance")
    for clinic in control.scalars(select(Clinic)):
        rewrap_under(instance.master, new, clinic)
    also(control, instance.master, new)
    reseal_instance(control, Instance(instance.settings, new).audit_key)
    note_fact(control, MASTER_KEY, str(new.key_id))


def finish_master_rotation(settings: Settings) -> None:
    """Finish or undo what a killed `rotate_master_key` left: the key that the control database is locked with wins."""
    pending = settings.home / NEXT_FILE
    if not pending.exists():
        return
    with _only_one(settings.home):
        if not pending.exists():
            return
        if read_master_key(pending).key_id == stored_key_id(settings):
            _put_in_place(settings.home)
        else:
            pending.unlink()


def stored_key_id(settings: Settings) -> object:
    """Return the id of the master key that the control database is locked with, or None when it holds nothing locked."""
    with open_control(settings) as control:
        wrapped = control.scalar(select(ClinicKey.wrapped_key).limit(1))
        if wrapped is not None:
            return box.key_id_of(wrapped)
        return stored_fact(control, MASTER_KEY)


def _put_in_place(home: Path) -> None:
    (home / NEXT_FILE).replace(home / MASTER_FILE)
    folder = os.open(home, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextmanager
def _only_one(home: Path) -> Iterator[None]:
    folder = os.open(home, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Conflict("The master key is being replaced by another command.", hint="Wait for it to finish.") from None
        yield
    finally:
        os.close(folder)


# ---- recovery


def check_master_key(settings: Settings, key: MasterKey) -> None:
    """Raise KeyUnavailable unless `key` is the one this installation is locked with."""
    stored = stored_key_id(settings)
    if stored is not None and str(stored) != str(key.key_id):
        raise KeyUnavailable("These shares make a key, but not the one this installation is locked with.", hint="Use two shares of the newest set.")


def recover_master_key(settings: Settings, key: MasterKey) -> None:
    """Write a rebuilt master key back; raise Conflict when a good one is there already."""
    check_master_key(settings, key)
    path = settings.home / MASTER_FILE
    try:
        present = read_master_key(path)
    except KeyUnavailable:
        present = None
    if present == key:
        raise Conflict("The right master key is in place already.", hint="Nothing was changed.")
    write_master_key(path, key, replace=True)


def note_drill() -> None:
    """Remember that two shares rebuilt the master key today."""
    with control_unit_of_work() as control:
        note_fact(control, RECOVERY_DRILL, "done")
