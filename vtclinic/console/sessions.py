"""Sign-ins of IT administrators on devices: begun, looked up with each request, ended by time or on purpose.

The time-outs are those of clinics' staff.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from vtclinic.console.models import AdminState, InstanceAdmin, InstanceSession
from vtclinic.console.policy import IT_ADMIN
from vtclinic.core import clock
from vtclinic.core.crypto.box import derive
from vtclinic.core.ids import new_token
from vtclinic.core.policy import Actor
from vtclinic.core.uow import before_control_end, control_session
from vtclinic.identity.limits import SECOND_STEP_WITHIN, SET_UP_WITHIN, limits
from vtclinic.identity.models import Stage
from vtclinic.identity.sessions import TOUCH_EVERY, Begun, Visit
from vtclinic.tenants.instance import Instance

# What a half-finished sign-in acts as: the gate leads it on and nowhere else.
ROLE_OF = {Stage.SECOND_STEP: "console-second-step", Stage.SET_UP: "console-set-up", Stage.OPEN: IT_ADMIN}


def begin(instance: Instance, admin: InstanceAdmin, visit: Visit, *, stage: Stage, mfa: bool = False) -> Begun:
    """Begin a sign-in under a new token and end the one this browser had."""
    now, token = clock.now(), new_token()
    if visit.token:
        _end(InstanceSession.digest == _digest(instance, visit.token))
    lasts = {Stage.SECOND_STEP: SECOND_STEP_WITHIN, Stage.SET_UP: SET_UP_WITHIN}.get(stage, limits().absolute(staff=True))
    control_session().add(
        InstanceSession(
            digest=_digest(instance, token),
            admin_uid=admin.uid,
            stage=stage,
            device=visit.device,
            mfa=mfa,
            created_at=now,
            last_seen=now,
            expires_at=now + lasts,
            fresh_until=now + {Stage.OPEN: limits().fresh, Stage.SET_UP: SET_UP_WITHIN}.get(stage, timedelta()),
        )
    )
    return Begun(token, stage)


def find(instance: Instance, token: str | None) -> InstanceSession | None:
    """Return the live sign-in behind a cookie; None when it is unknown, ended, too old, or its account is switched off."""
    row = look(instance, token)
    if row is None or row.revoked_at is not None or why_over(row) or row.admin.state != AdminState.ACTIVE:
        return None
    return row


def look(instance: Instance, token: str | None) -> InstanceSession | None:
    """Return a cookie's sign-in even when it is over."""
    if not token:
        return None
    return control_session().scalar(select(InstanceSession).where(InstanceSession.digest == _digest(instance, token)))


def why_over(row: InstanceSession) -> str:
    """Say which clock ended a sign-in: "idle", "absolute", or "" while it runs."""
    now = clock.now()
    if row.expires_at <= now:
        return "absolute"
    return "idle" if row.last_seen + limits().idle(staff=True) <= now else ""


def seen(row: InstanceSession) -> None:
    """Note that the person is there; written at most twice a minute, with the end of the unit of work."""
    now, uid = clock.now(), row.uid
    if now - row.last_seen >= TOUCH_EVERY:
        before_control_end(lambda db: _touch(db, uid, now))


def actor_for(row: InstanceSession) -> Actor:
    """Return who acts in this sign-in; without roles until every step is done."""
    stage = Stage(row.stage)
    return Actor(
        uid=row.admin_uid,
        role=ROLE_OF[stage],
        roles=frozenset({IT_ADMIN}) if stage == Stage.OPEN else frozenset(),
        name=row.admin.email,
        mfa=row.mfa,
        fresh_until=row.fresh_until,
        session_uid=row.uid,
    )


def open_sessions(admin_uid: UUID) -> Sequence[InstanceSession]:
    """Return a person's live sign-ins, the latest used first."""
    rows = control_session().scalars(
        select(InstanceSession)
        .where(InstanceSession.admin_uid == admin_uid, InstanceSession.revoked_at.is_(None), InstanceSession.stage == Stage.OPEN)
        .order_by(InstanceSession.last_seen.desc())
    )
    return [row for row in rows if not why_over(row)]


def end_sessions(admin_uid: UUID, *, only: UUID | None = None, but: UUID | None = None) -> None:
    """End a person's sign-ins: all, one, or all but one."""
    where = [InstanceSession.admin_uid == admin_uid]
    if only is not None:
        where.append(InstanceSession.uid == only)
    if but is not None:
        where.append(InstanceSession.uid != but)
    _end(*where)


def _end(*where: ColumnElement[bool]) -> None:
    control_session().execute(update(InstanceSession).where(InstanceSession.revoked_at.is_(None), *where).values(revoked_at=clock.now()))


def _touch(db: Session, uid: UUID, now: datetime) -> None:
    db.execute(update(InstanceSession).where(InstanceSession.uid == uid, InstanceSession.last_seen < now).values(last_seen=now))


def _digest(instance: Instance, token: str) -> bytes:
    return hmac.new(derive(instance.master.secret, "console session"), token.encode(), hashlib.sha256).digest()
