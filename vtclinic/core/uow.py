"""Units of work: what happens together is stored together, or not at all.

A clinic's unit binds one session to one clinic's engine. Only this module commits.
"""

from __future__ import annotations

import functools
import inspect
import logging
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from vtclinic.core.database import WRITE, Engines
from vtclinic.core.errors import NoScope, NoUnitOfWork, ReadOnlyUnit
from vtclinic.core.scope import ClinicScope, current_clinic, maybe_clinic

log = logging.getLogger(__name__)
P = ParamSpec("P")
T = TypeVar("T")


class ClinicSession(Session):
    """A session that answers for one clinic only."""

    clinic_uid: UUID | None = None
    writable = True

    def get_bind(self, *args: Any, **kwargs: Any) -> Any:
        """Return the engine; raise NoScope when the scope is another clinic's."""
        clinic = maybe_clinic()
        if self.clinic_uid is not None and (clinic is None or clinic.uid != self.clinic_uid):
            raise NoScope("this session belongs to another clinic")
        return super().get_bind(*args, **kwargs)


@event.listens_for(ClinicSession, "before_flush")
def _refuse_writes(session: ClinicSession, *_: Any) -> None:
    if not session.writable and (session.new or session.dirty or session.deleted):
        raise ReadOnlyUnit("this unit of work was opened for reading")


@dataclass
class Unit:
    """One open unit of work and what waits for its end."""

    session: ClinicSession
    engine: Engine
    write: bool
    clinic: ClinicScope | None
    before_end: list[Callable[[Session], None]] = field(default_factory=list)
    after_commit: list[Callable[[], None]] = field(default_factory=list)


@dataclass
class _Wiring:
    engines: Engines = field(default_factory=lambda: Engines(64))
    control_url: str = ""


_wiring = _Wiring()
_unit: ContextVar[Unit | None] = ContextVar("unit", default=None)
_control: ContextVar[Unit | None] = ContextVar("control_unit", default=None)
_write_locks: defaultdict[str, threading.RLock] = defaultdict(threading.RLock)


def configure(engines: Engines, control_url: str) -> None:
    """Say which engines and which control database this process uses."""
    _wiring.engines, _wiring.control_url = engines, control_url


def engines() -> Engines:
    """Return this process's open engines."""
    return _wiring.engines


def session() -> Session:
    """Return the current unit's session; raise NoScope or NoUnitOfWork outside one."""
    clinic = current_clinic()
    unit = _unit.get()
    if unit is None:
        raise NoUnitOfWork("the database was used outside a unit of work")
    if unit.clinic is None or unit.clinic.uid != clinic.uid:
        raise NoScope("the open unit of work belongs to another clinic")
    return unit.session


def control_session() -> Session:
    """Return the control database's session; raise NoUnitOfWork outside `control_unit_of_work`."""
    unit = _control.get()
    if unit is None:
        raise NoUnitOfWork("the control database was used outside a unit of work")
    return unit.session


def in_unit() -> bool:
    """Tell whether a clinic's unit of work is open."""
    return _unit.get() is not None


def writing() -> bool:
    """Tell whether the open unit of work may write."""
    unit = _unit.get()
    return unit is not None and unit.write


def once(work: Callable[P, T]) -> Callable[P, T]:
    """Let a look-up run once in a unit of work for reading, however often a page asks; in one for writing it runs each time."""

    @functools.wraps(work)
    def look(*args: P.args, **kwargs: P.kwargs) -> T:
        unit = _unit.get()
        if unit is None or unit.write:
            return work(*args, **kwargs)
        known: dict[object, Any] = unit.session.info.setdefault("once", {})
        key = (work, args, tuple(sorted(kwargs.items())))
        if key not in known:
            known[key] = work(*args, **kwargs)
        return known[key]

    return look


def answer_once(work: Callable[P, T], answer: T, *args: P.args, **kwargs: P.kwargs) -> None:
    """Let a look-up marked `once` know its answer, from a query that came by it along the way."""
    unit = _unit.get()
    if unit is not None and not unit.write:
        unit.session.info.setdefault("once", {})[inspect.unwrap(work), args, tuple(sorted(kwargs.items()))] = answer


@contextmanager
def unit_of_work(*, write: bool = True) -> Iterator[Session]:
    """Open the current clinic's database; commit at the end, roll back on any raise.

    With `write=False` a flush raises ReadOnlyUnit. Units do not nest. A SQLite writer takes its lock at once.
    """
    clinic = current_clinic()
    if _unit.get() is not None:
        raise NoUnitOfWork("a unit of work is open already; units do not nest")
    with _unit_on(_unit, clinic.database_url, write=write, clinic=clinic) as current:
        yield current


@contextmanager
def control_unit_of_work(*, write: bool = True) -> Iterator[Session]:
    """Open the control database; the same rules as `unit_of_work`."""
    if _control.get() is not None:
        raise NoUnitOfWork("the control database's unit of work is open already")
    with _unit_on(_control, _wiring.control_url, write=write, clinic=None) as current:
        yield current


@contextmanager
def control_reading() -> Iterator[Session]:
    """Read the control database: in the open unit of work on it, if any, else in a short one."""
    unit = _control.get()
    if unit is not None:
        yield unit.session
        return
    with control_unit_of_work(write=False) as current:
        yield current


def after_commit(work: Callable[[], None]) -> None:
    """Run `work` once, after the current unit has committed; never when it rolls back."""
    _innermost().after_commit.append(work)


def before_end(work: Callable[[Session], None]) -> None:
    """Run `work` with a writable session as the last thing of the current unit, in its transaction.

    After a unit for reading it runs in a short transaction of its own, still before any answer leaves.
    """
    _innermost().before_end.append(work)


def before_control_end(work: Callable[[Session], None]) -> None:
    """The same for the control database's unit."""
    unit = _control.get()
    if unit is None:
        raise NoUnitOfWork("no unit of work on the control database is open")
    unit.before_end.append(work)


def _innermost() -> Unit:
    unit = _unit.get() or _control.get()
    if unit is None:
        raise NoUnitOfWork("no unit of work is open")
    return unit


@contextmanager
def _unit_on(place: ContextVar[Unit | None], url: str, *, write: bool, clinic: ClinicScope | None) -> Iterator[Session]:
    engine = _wiring.engines.get(url)
    with ExitStack() as stack:
        if write and engine.dialect.name == "sqlite":
            stack.enter_context(_write_locks[url])
        current = _open_session(engine, write=write, clinic=clinic)
        stack.callback(current.close)
        unit = Unit(current, engine, write, clinic)
        token = place.set(unit)
        stack.callback(place.reset, token)
        if write:
            current.connection(execution_options={WRITE: True})
        try:
            yield current
            _end(unit, url)
        except BaseException:
            current.rollback()
            raise
    _run_after(unit)


def _open_session(engine: Engine, *, write: bool, clinic: ClinicScope | None) -> ClinicSession:
    current = ClinicSession(engine, expire_on_commit=False)
    current.clinic_uid, current.writable = (clinic.uid if clinic else None), write
    return current


def _end(unit: Unit, url: str) -> None:
    if unit.write:
        unit.session.flush()
        for work in unit.before_end:
            work(unit.session)
        unit.session.commit()
        return
    unit.session.close()  # not rollback: that would expire what the caller still shows
    if not unit.before_end:
        return
    with ExitStack() as stack:
        if unit.engine.dialect.name == "sqlite":
            stack.enter_context(_write_locks[url])
        short = _open_session(unit.engine, write=True, clinic=unit.clinic)
        stack.callback(short.close)
        short.connection(execution_options={WRITE: True})
        for work in unit.before_end:
            work(short)
        short.commit()


def _run_after(unit: Unit) -> None:
    for work in unit.after_commit:
        try:
            work()
        except Exception:
            # The work is stored already; an outbox row or the next sweep carries on from there.
            log.exception("work after commit failed")
