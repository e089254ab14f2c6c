"""A PostgreSQL server of its own for a benchmark, on a unix socket in a temporary folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from cli import TEST_PROGRAMS, find_program


@contextmanager
def server() -> Iterator[Path | None]:
    """Run the server for the time of the block and give its socket's folder; None where PostgreSQL is not installed."""
    found = find_program(TEST_PROGRAMS["postgresql"])
    if found is None:
        yield None
        return
    # As root it must run as another user, which the package makes.
    prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    folder = Path(tempfile.mkdtemp(prefix="vt-pg-"))
    if prefix:
        shutil.chown(folder, "postgres")
    data, programs = str(folder / "data"), Path(found).parent
    options = f"-k {folder} -c listen_addresses= -c fsync=off -c max_connections=300"
    try:
        _quietly([*prefix, str(programs / "initdb"), "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"], folder)
        _quietly([*prefix, str(programs / "pg_ctl"), "-D", data, "-w", "-l", str(folder / "log"), "-o", options, "start"], folder)
        try:
            yield folder
        finally:
            _quietly([*prefix, str(programs / "pg_ctl"), "-D", data, "-m", "immediate", "-w", "stop"], folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def database(folder: Path, name: str) -> Iterator[str]:
    """Make an empty database for the time of the block; gives its address as SQLAlchemy takes it."""
    with psycopg.connect(f"host={folder} user=postgres dbname=postgres", autocommit=True) as connection:
        connection.execute(f'create database "{name}"')
    yield f"postgresql+psycopg://postgres@/{name}?host={folder}"


def _quietly(command: list[str], folder: Path) -> None:
    with (folder / "out").open("ab") as output:
        code = subprocess.run(command, stdout=output, stderr=output, cwd="/", timeout=60, check=False).returncode
    if code:
        raise RuntimeError((folder / "out").read_text(errors="replace")[-1000:])
