"""Sign-ins on devices: begun, looked up with each request, ended by time or on purpose."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, Select, Uuid, bindparam, case, literal, select, update
from sqlalchemy.orm import Session

from vtclinic.core import clock
from vtclinic.core.ids import new_token
from vtclinic.core.policy import Actor
from vtclinic.core.scope import current_clinic
from vtclinic.core.uow import before_end, session, writing
from vtclinic.identity.limits import CONFIRM_WITHIN, SECOND_STEP_WITHIN, SET_UP_WITHIN, limits
from vtclinic.identity.models import LoginSession, Stage, User, UserState
from vtclinic.identity.tokens import digest

PURPOSE = "session"
TOUCH_EVERY = timedelta(seconds=30)
_BESIDE = "counted beside the sign-in"
_SYSTEMS = (("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS", "Mac"), ("CrOS", "Chromebook"), ("Linux", "Linux"))
_BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("FxiOS", "Firefox"), ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"))

Count = Callable[[ColumnElement[UUID]], ScalarSelect[int]]

_beside: dict[str, tuple[Count, str]] = {}


@dataclass(frozen=True)
class Visit:
    """Where a sign-in comes from: a coarse device label, and the place tries are counted for. Neither address nor User-Agent is kept."""

    device: str = ""
    place: str = "unknown"
    token: str | None = None


@dataclass(frozen=True)
class Begun:
    """A sign-in that was begun: the cookie's token, and how far it has come."""

    token: str
    stage: Stage


def device_label(user_agent: str) -> str:
    """Say coarsely what a User-Agent is: "Firefox, Windows"."""
    browser = next((name for sign, name in _BROWSERS if sign in user_agent), "")
    system = next((name for sign, name in _SYSTEMS if sign in user_agent), "")
    return ", ".join(part for part in (browser, system) if part)


def begin(user: User, visit: Visit, *, stage: Stage, mfa: bool = False) -> Begun:
    """Begin a sign-in under a new token and end the one this browser had: an id known before sign-in is worth nothing after."""
    now, token = clock.now(), new_token()
    if visit.token:
        _end(LoginSession.digest == digest(visit.token, PURPOSE))
    session().add(
        LoginSession(
            digest=digest(token, PURPOSE),
            user_uid=user.uid,
            stage=stage,
            acting_role=user.acting_role,
            device=visit.device,
            mfa=mfa,
            created_at=now,
            last_seen=now,
            expires_at=now + _lasts(user, stage),
            fresh_until=now + {Stage.OPEN: limits().fresh, Stage.SET_UP: SET_UP_WITHIN}.get(stage, timedelta()),
        )
    )
    return Begun(token, stage)


def find(token: str | None) -> LoginSession | None:
    """Return the live sign-in behind a cookie; None when it is unknown, ended, too old, or its account is switched off."""
    row = look(token)
    if row is None or row.revoked_at is not None or why_over(row) or not _may_stay(row):
        return None
    return row


def look(token: str | None) -> LoginSession | None:
    """Return a cookie's sign-in even when it is over."""
    if not token:
        return None
    found = session().execute(_by_digest(), {"wanted": digest(token, PURPOSE)}).one_or_none()
    if found is None:
        return None
    row: LoginSession = found[0]
    session().info[_BESIDE] = row.user_uid, dict(zip(_beside, found[1:], strict=True))
    return row


def count_beside(name: str, make: Count, *, role: str = "") -> None:
    """Let the look-up of a sign-in count something of its person too, so that a number on every page costs no query of its own.

    With `role`, only while the person acts in it.
    """
    _beside[name] = make, role
    _by_digest.cache_clear()


def counted_beside(name: str, uid: UUID) -> int | None:
    """Return what was counted for this person when their sign-in was looked up; None when it was not, or may have changed since."""
    whose, counts = session().info.get(_BESIDE, (None, {}))
    return counts.get(name) if whose == uid and not writing() else None


def counter(name: str) -> Callable[[Actor], int | ScalarSelect[int]]:
    """Return what a navigation counts with: the number that came with the sign-in, or how to ask for it."""

    def count(actor: Actor) -> int | ScalarSelect[int]:
        assert actor.uid is not None
        known = counted_beside(name, actor.uid)
        return known if known is not None else _beside[name][0](literal(actor.uid, Uuid()))

    return count


@cache
def _by_digest() -> Select[Any]:
    # Made once: every request asks it.
    wanted: Any = select(LoginSession, *(_counting(make, role) for make, role in _beside.values()))
    return cast(Select[Any], wanted.where(LoginSession.digest == bindparam("wanted")))


def _counting(make: Count, role: str) -> ColumnElement[int]:
    whose: Any = LoginSession.user_uid
    return case((LoginSession.acting_role == role, make(whose))) if role else make(whose)


def why_over(row: LoginSession) -> str:
    """Say which clock ended a sign-in: "idle", "absolute", or "" while it runs."""
    now, idle = clock.now(), limits().idle(staff=row.user.is_staff)
    if row.expires_at <= now:
        return "absolute"
    return "idle" if row.last_seen + idle <= now else ""


def seen(row: LoginSession) -> None:
    """Note that the person is there; written at most twice a minute, with the end of the unit of work."""
    now, uid = clock.now(), row.uid
    if now - row.last_seen >= TOUCH_EVERY:
        before_end(lambda db: _touch(db, uid, now))


def actor_for(row: LoginSession) -> Actor:
    """Return who acts in this sign-in; without roles until every step is done."""
    user, here = row.user, current_clinic().uid
    if row.stage != Stage.OPEN:
        return Actor(uid=user.uid, role=row.stage, clinic_uid=here, fresh_until=row.fresh_until, session_uid=row.uid)
    return Actor(
        uid=user.uid,
        role=row.acting_role if row.acting_role in user.roles else user.acting_role,
        roles=frozenset(user.roles),
        clinic_uid=here,
        name=user.name,
        mfa=row.mfa,
        fresh_until=row.fresh_until,
        session_uid=row.uid,
    )


def is_live(uid: UUID) -> bool:
    """Tell whether a sign-in still stands; for open sockets."""
    row = session().get(LoginSession, uid)
    return row is not None and row.revoked_at is None and row.stage == Stage.OPEN and not why_over(row) and _may_stay(row)


def open_sessions(user_uid: UUID) -> Sequence[LoginSession]:
    """Return a person's live sign-ins, the latest used first."""
    rows = session().scalars(
        select(LoginSession)
        .where(LoginSession.user_uid == user_uid, LoginSession.revoked_at.is_(None), LoginSession.stage == Stage.OPEN)
        .order_by(LoginSession.last_seen.desc())
    )
    return [row for row in rows if not why_over(row)]


def end_sessions(user_uid: UUID, *, only: UUID | None = None, but: UUID | None = None) -> int:
    """End a person's sign-ins: all, one, or all but one; returns how many were running."""
    where = [LoginSession.user_uid == user_uid]
    if only is not None:
        where.append(LoginSession.uid == only)
    if but is not None:
        where.append(LoginSession.uid != but)
    return _end(*where)


def _end(*where: ColumnElement[bool]) -> int:
    done = session().execute(update(LoginSession).where(LoginSession.revoked_at.is_(None), *where).values(revoked_at=clock.now()))
    return int(done.rowcount)  # type: ignore[attr-defined]


def _touch(db: Session, uid: UUID, now: datetime) -> None:
    db.execute(update(LoginSession).where(LoginSession.uid == uid, LoginSession.last_seen < now).values(last_seen=now))


def _lasts(user: User, stage: Stage) -> timedelta:
    whole = limits().absolute(staff=user.is_staff)
    return {Stage.SECOND_STEP: SECOND_STEP_WITHIN, Stage.SET_UP: SET_UP_WITHIN, Stage.CONFIRM: CONFIRM_WITHIN}.get(stage, whole)


def _may_stay(row: LoginSession) -> bool:
    if row.stage == Stage.CONFIRM:
        return row.user.state == UserState.UNCONFIRMED
    return row.user.state == UserState.ACTIVE
