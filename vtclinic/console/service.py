"""What every use case of the console needs: the first administrator, secrets at rest, the instance's own record of acts."""

from __future__ import annotations

import hashlib
import hmac
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from vtclinic.console.models import AdminState, InstanceAdmin, InstanceRecoveryCode, InstanceTotp
from vtclinic.core import clock
from vtclinic.core.audit import record_instance
from vtclinic.core.crypto import box
from vtclinic.core.crypto.keys import MasterKey
from vtclinic.core.errors import Conflict, NotFound
from vtclinic.core.ids import new_id
from vtclinic.core.policy import SYSTEM, Actor
from vtclinic.core.uow import control_session, control_unit_of_work
from vtclinic.identity.addresses import tidy_address
from vtclinic.identity.passwords import check_password, hash_password
from vtclinic.tenants.instance import Instance

_PURPOSE = "console second step"


def create_first_admin(instance: Instance, email: str, password: str) -> UUID:
    """Make the installation's first IT administrator; their second step comes at their first sign-in.

    Opens its own unit of work, since hashing never happens inside one. Raises Invalid (fields) or Conflict.
    """
    address = tidy_address(email).lower()
    check_password(password, second_step=True, known_words=[address, address.partition("@")[0], "vtclinic"])
    hashed = hash_password(password)
    with control_unit_of_work() as control:
        if count_admins(control):
            raise Conflict("There is an IT administrator already.", hint="Further ones are made in the IT console.")
        now = clock.now()
        admin = InstanceAdmin(uid=new_id(), email=address, password_hash=hashed, created_at=now, password_changed_at=now)
        control.add(admin)
        record_instance(SYSTEM, "admin.created", "admin", admin.uid, key=instance.audit_key)
    return admin.uid


def count_admins(control: Session) -> int:
    """Count the IT administrators who may sign in."""
    return len(control.scalars(select(InstanceAdmin.uid).where(InstanceAdmin.state == AdminState.ACTIVE)).all())


def admin_by_email(email: str) -> InstanceAdmin | None:
    """Find an administrator; needs an open control unit of work."""
    return control_session().scalar(select(InstanceAdmin).where(InstanceAdmin.email == email.strip().lower()))


def admin_of(actor: Actor) -> InstanceAdmin:
    """Return the actor's own row; raise NotFound."""
    found = control_session().get(InstanceAdmin, actor.uid) if actor.uid is not None else None
    if found is None:
        raise NotFound()
    return found


def note(instance: Instance, actor: Actor, action: str, admin_uid: UUID | str) -> None:
    """Write an act on an administrator's account into the instance's chain."""
    record_instance(actor, action, "admin", admin_uid, key=instance.audit_key)


def shut_secret(master: MasterKey, admin_uid: UUID, secret: str) -> bytes:
    """Encrypt a second step's secret for the database."""
    return _shut(master, secret.encode(), str(admin_uid))


def open_secret(master: MasterKey, row: InstanceTotp) -> str:
    """Decrypt a second step's secret; raises KeyUnavailable under another master key."""
    return _open(master, row.secret_sealed, str(row.admin_uid)).decode()


def shut_code(master: MasterKey, admin_uid: UUID, code: str) -> bytes:
    """Return what is kept of a recovery code: its hash, encrypted so that it survives a new master key."""
    return _shut(master, hashlib.sha256(code.encode()).digest(), _code_context(admin_uid))


def is_code(master: MasterKey, row: InstanceRecoveryCode, code: str) -> bool:
    """Tell whether this row is of this code."""
    return hmac.compare_digest(_open(master, row.digest, _code_context(row.admin_uid)), hashlib.sha256(code.encode()).digest())


def reseal_secrets(control: Session, old: MasterKey, new: MasterKey) -> None:
    """Encrypt every second step's secret anew; part of the unit of work that rotates the master key."""
    for app in control.scalars(select(InstanceTotp)):
        app.secret_sealed = shut_secret(new, app.admin_uid, open_secret(old, app))
    for code in control.scalars(select(InstanceRecoveryCode)):
        context = _code_context(code.admin_uid)
        code.digest = _shut(new, _open(old, code.digest, context), context)


def _shut(master: MasterKey, plain: bytes, context: str) -> bytes:
    return box.shut(box.derive(master.secret, _PURPOSE), master.key_id, plain, context)


def _open(master: MasterKey, sealed: bytes, context: str) -> bytes:
    return box.open_box(box.derive(master.secret, _PURPOSE), sealed, context)


def _code_context(admin_uid: UUID) -> str:
    return f"{admin_uid}|recovery-code"
