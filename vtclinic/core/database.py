"""Engines and base classes: one database per clinic, one control database."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections import OrderedDict
from datetime import UTC, datetime
from functools import cache
from typing import Any, cast

from sqlalchemy import (
    URL,
    BindParameter,
    Connection,
    DateTime,
    Dialect,
    Engine,
    MetaData,
    QueuePool,
    bindparam,
    create_engine,
    event,
    inspect,
    make_url,
)
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator
from sqlalchemy.util import LRUCache

from vtclinic.core import clock
from vtclinic.core.errors import Unavailable
from vtclinic.core.ids import new_id
from vtclinic.core.pool import PoolInTurn

BUSY_SECONDS = 15.0
WRITE = "vt_write"
# Statements that a process keeps compiled.
COMPILED = 1500
# Databases asked last whose connections keep the pages they read.
WARM = 32
_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant in Python, naive UTC in the database; refuses naive input."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an aware instant into naive UTC."""
        if value is not None and value.tzinfo is None:
            raise ValueError("an instant without a time zone")
        return value.astimezone(UTC).replace(tzinfo=None) if value is not None else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Mark the stored instant as UTC."""
        return value.replace(tzinfo=UTC) if value is not None else None


def now_when_asked() -> BindParameter[datetime]:
    """Return the moment at which a query runs, as a part of it: for queries that are made once and asked often."""
    return bindparam(None, callable_=clock.now, type_=UtcDateTime())


class _Rows:
    """Shared by both bases: a row made in Python has its uid at once, and sealed attributes are set after what they need."""

    def __init__(self, **values: Any) -> None:
        mapper = inspect(type(self))
        if "uid" in mapper.columns and "uid" not in values:
            values = {"uid": new_id()} | values
        for name in sorted(values, key=lambda name: name not in mapper.all_orm_descriptors):
            if not hasattr(type(self), name):
                raise TypeError(f"{type(self).__name__} has no {name}")
            setattr(self, name, values[name])


class ClinicBase(_Rows, DeclarativeBase):
    """Base of every table in a clinic's own database. No model carries a clinic id."""

    metadata = MetaData(naming_convention=_NAMES)


class ControlBase(_Rows, DeclarativeBase):
    """Base of the control database's tables: clinics, hostnames, wrapped keys, instance admins."""

    metadata = MetaData(naming_convention=_NAMES)


class Engines:
    """A bounded set of open engines; the least recently used is closed first. All but the last few keep no pages in memory."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._open: OrderedDict[str, Engine] = OrderedDict()
        self._warm: OrderedDict[str, Engine] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, url: str) -> Engine:
        """Return the engine for a database, opening it when needed."""
        with self._lock:
            engine = self._open.get(url)
            if engine is None:
                engine = self._open[url] = open_engine(url)
            self._open.move_to_end(url)
            self._warm[url] = engine
            self._warm.move_to_end(url)
            cooling = [self._warm.popitem(last=False)[1] for _ in range(len(self._warm) - WARM)]
            spare = [self._open.popitem(last=False)[1] for _ in range(len(self._open) - self._limit)]
        for each in cooling:
            _let_rest(each)
        for old in spare:
            old.dispose()
        return engine

    def forget(self, url: str) -> None:
        """Close one engine (its database is about to move or go)."""
        with self._lock:
            engine = self._open.pop(url, None)
            self._warm.pop(url, None)
        if engine is not None:
            engine.dispose()

    def dispose(self) -> None:
        """Close all of them."""
        with self._lock:
            engines = list(self._open.values())
            self._open.clear()
            self._warm.clear()
        for engine in engines:
            engine.dispose()

    def __len__(self) -> int:
        return len(self._open)


def open_engine(url: str) -> Engine:
    """Open one database with the settings its kind needs."""
    if url.startswith("sqlite"):
        return _open_sqlite(make_url(url))
    return create_engine(url, poolclass=PoolInTurn, pool_size=4, max_overflow=8, pool_pre_ping=True)


@cache
def _sqlite() -> tuple[Dialect, dict[str, Any]]:
    """Return the dialect that all files share, with one cache of compiled statements: they are the same in every clinic."""
    model = create_engine("sqlite://")
    with model.connect():
        pass  # now the dialect knows SQLite's version
    model.dispose()
    return model.dialect, {"compiled_cache": LRUCache(COMPILED)}


def _open_sqlite(url: URL) -> Engine:
    # What create_engine does, but for the dialect and the cache: of its own each took 15 ms, and 0.4 MB, a clinic.
    dialect, shared = _sqlite()
    arguments, options = dialect.create_connect_args(url)
    chosen: dict[str, Any] = {**options, "timeout": 0, "check_same_thread": False}
    pool = QueuePool(lambda: dialect.connect(*arguments, **chosen), pool_size=4, max_overflow=60, dialect=dialect)
    engine = Engine(pool, dialect, url, query_cache_size=0, execution_options=shared)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _let_rest(engine: Engine) -> None:
    """Give back the pages that a file's idle connections keep: 100 of the 300 kB that each takes. They are read again from the system's own cache."""
    if not isinstance(engine.pool, QueuePool) or engine.dialect.name != "sqlite":
        return
    idle = [engine.raw_connection() for _ in range(engine.pool.checkedin())]
    for each in idle:
        cast(sqlite3.Connection, each.dbapi_connection).execute("PRAGMA shrink_memory")
        each.close()


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, so that a writer takes its lock at the start
    _retry(connection, "PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")


def _begin_sqlite(connection: Connection) -> None:
    raw = cast(sqlite3.Connection, connection.connection.dbapi_connection)
    write = connection.get_execution_options().get(WRITE, False)
    _retry(raw, "BEGIN IMMEDIATE" if write else "BEGIN")


def _retry(raw: sqlite3.Connection, statement: str) -> None:
    # SQLite's own busy handler waits in C and would stop every green thread of this process with it.
    until, pause = time.monotonic() + BUSY_SECONDS, 0.001
    while True:
        try:
            raw.execute(statement)
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise
            if time.monotonic() > until:
                raise Unavailable("We are busy for a moment. Nothing is lost. Try again.") from error
        time.sleep(pause)
        pause = min(pause * 2, 0.05)
