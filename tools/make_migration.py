"""Write the next migration of one tree from what the models say: `python tools/make_migration.py clinic "Add x"`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from alembic import command

import vtclinic.app  # noqa: F401 - loads every model
from vtclinic.core.database import open_engine
from vtclinic.tenants.migrate import FOLDER, config


def main(tree: str, message: str) -> None:
    """Compare an upgraded empty database with the models and write the difference."""
    scripts = sorted((FOLDER / tree / "versions").glob("*.py"))
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite:///{folder}/scratch.db")
        made = config(tree)  # type: ignore[arg-type]
        with engine.connect() as connection:
            made.attributes["connection"] = connection
            if scripts:
                command.upgrade(made, "head")
                connection.commit()
            command.revision(made, message, autogenerate=True, rev_id=f"{len(scripts) + 1:04d}")
        engine.dispose()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
