"""Schema versions: one Alembic tree for the control database, one for clinics' databases."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Literal

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from vtclinic.core.database import WRITE, open_engine

Tree = Literal["control", "clinic"]
FOLDER = Path(__file__).resolve().parents[1] / "migrations"


def config(tree: Tree) -> Config:
    """Return Alembic's configuration of one tree."""
    made = Config()
    made.set_main_option("script_location", str(FOLDER / tree).replace("%", "%%"))
    made.set_main_option("path_separator", "os")
    return made


@cache
def head(tree: Tree) -> str:
    """Return the newest version in the code."""
    found = ScriptDirectory.from_config(config(tree)).get_current_head()
    assert found is not None
    return found


def version(url: str) -> str | None:
    """Return the version a database is at, or None when it is empty."""
    engine = open_engine(url)
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()


def upgrade(url: str, tree: Tree, *, to: str = "head") -> None:
    """Bring a database to a version; one transaction, so a crash leaves the old version whole."""
    _run(url, tree, lambda made: command.upgrade(made, to))


def downgrade(url: str, tree: Tree, *, to: str) -> None:
    """Take a database back to an older version."""
    _run(url, tree, lambda made: command.downgrade(made, to))


def _run(url: str, tree: Tree, step: Callable[[Config], object]) -> None:
    engine: Engine = open_engine(url)
    made = config(tree)
    try:
        with engine.connect().execution_options(**{WRITE: True}) as connection, connection.begin():
            made.attributes["connection"] = connection
            step(made)
    finally:
        engine.dispose()
