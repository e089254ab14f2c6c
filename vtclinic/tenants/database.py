"""Making and removing one clinic's database itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, Connection, create_engine, make_url, text

PRIVATE = 0o700


def create_database(url: str) -> None:
    """Make an empty database; a SQLite file's folder is closed to other accounts."""
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        assert address.database is not None
        Path(address.database).parent.mkdir(parents=True, exist_ok=True, mode=PRIVATE)
        return
    with _server(address) as connection:
        exists = connection.scalar(text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": address.database})
        if not exists:
            connection.execute(text(f'CREATE DATABASE "{_safe(address)}"'))


def drop_database(url: str) -> None:
    """Remove a database with all its data; nothing happens when there is none."""
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        for suffix in ("", "-wal", "-shm"):
            Path(f"{address.database}{suffix}").unlink(missing_ok=True)
        return
    with _server(address) as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{_safe(address)}" WITH (FORCE)'))


def _safe(address: URL) -> str:
    name = address.database or ""
    if not name.replace("_", "").replace("-", "").isalnum():
        raise ValueError("not a database name")
    return name


@contextmanager
def _server(address: URL) -> Iterator[Connection]:
    # CREATE DATABASE refuses a transaction, hence AUTOCOMMIT on the server's own database.
    engine = create_engine(address.set(database="postgres"), isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()
