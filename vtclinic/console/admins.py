"""What IT administrators change about their own accounts, and about each other's."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from vtclinic.console import second_step, sessions
from vtclinic.console.models import InstanceAdmin, InstanceSession
from vtclinic.console.policy import can_end, can_manage, runs_instance
from vtclinic.console.service import admin_by_email, admin_of, note
from vtclinic.core import clock
from vtclinic.core.errors import Conflict, NotFound
from vtclinic.core.i18n import gettext as _
from vtclinic.core.ids import new_id
from vtclinic.core.policy import Actor, authorize
from vtclinic.core.uow import control_session, control_unit_of_work
from vtclinic.identity import passwords, recovery_codes
from vtclinic.identity.addresses import tidy_address
from vtclinic.tenants.instance import Instance


def list_admins(actor: Actor) -> Sequence[InstanceAdmin]:
    """Return everybody who runs this instance."""
    authorize(actor, runs_instance)
    return control_session().scalars(select(InstanceAdmin).order_by(InstanceAdmin.email)).all()


def find_admin(actor: Actor, uid: UUID) -> InstanceAdmin:
    """Return another administrator; raise NotFound."""
    found = control_session().get(InstanceAdmin, uid)
    if found is None:
        raise NotFound()
    authorize(actor, can_manage, found)
    return found


def add_admin(instance: Instance, actor: Actor, email: str) -> str:
    """Make an administrator and return their first password, the only time it can be read; opens its own units of work."""
    authorize(actor, runs_instance)
    address, password = tidy_address(email).lower(), "-".join(recovery_codes.new_codes()[:2])
    hashed, now = passwords.hash_password(password), clock.now()
    with control_unit_of_work() as control:
        if admin_by_email(address) is not None:
            raise Conflict(_("This address has an account here already."))
        admin = InstanceAdmin(uid=new_id(), email=address, password_hash=hashed, created_at=now, password_changed_at=now)
        control.add(admin)
        note(instance, actor, "admin.created", admin.uid)
    return password


def disable_admin(instance: Instance, actor: Actor, uid: UUID) -> None:
    """Switch an administrator off; their sign-ins end at once. One's own account stays, so somebody is always left."""
    found = find_admin(actor, uid)
    found.disable(clock.now())
    sessions.end_sessions(uid)
    note(instance, actor, "admin.disabled", uid)


def enable_admin(instance: Instance, actor: Actor, uid: UUID) -> None:
    """Switch an administrator on again."""
    find_admin(actor, uid).enable()
    note(instance, actor, "admin.enabled", uid)


def reset_second_step(instance: Instance, actor: Actor, uid: UUID) -> None:
    """Forget the second steps of somebody who lost them all; they add a new one before anything else."""
    find_admin(actor, uid)
    second_step.forget_all(uid)
    sessions.end_sessions(uid)
    note(instance, actor, "second-step.reset", uid)


def change_password(instance: Instance, actor: Actor, new: str) -> None:
    """Set a new password and end the other sign-ins; opens its own units of work. The caller made sure the sign-in is fresh."""
    with control_unit_of_work(write=False):
        address = admin_of(actor).email
    passwords.check_password(new, second_step=True, known_words=[address, address.partition("@")[0], "vtclinic"])
    hashed = passwords.hash_password(new)
    with control_unit_of_work():
        found = admin_of(actor)
        found.password_hash, found.password_changed_at = hashed, clock.now()
        sessions.end_sessions(found.uid, but=actor.session_uid)
        note(instance, actor, "admin.password-changed", found.uid)


def my_sessions(actor: Actor) -> Sequence[InstanceSession]:
    """Return where the actor is signed in."""
    return sessions.open_sessions(admin_of(actor).uid)


def end_session(instance: Instance, actor: Actor, uid: UUID) -> None:
    """Sign one device out."""
    row = control_session().get(InstanceSession, uid)
    if row is None:
        raise NotFound()
    authorize(actor, can_end, row)
    sessions.end_sessions(row.admin_uid, only=uid)
    note(instance, actor, "session.ended", row.admin_uid)


def end_all_sessions(instance: Instance, actor: Actor) -> None:
    """Sign every device out, this one too."""
    found = admin_of(actor)
    sessions.end_sessions(found.uid)
    note(instance, actor, "session.all-ended", found.uid)


def sign_out(instance: Instance, actor: Actor) -> None:
    """End this sign-in."""
    if actor.uid is not None and actor.session_uid is not None:
        sessions.end_sessions(actor.uid, only=actor.session_uid)
        note(instance, actor, "sign-out", actor.uid)
