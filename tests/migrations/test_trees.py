"""Both trees of schema versions: one head each, equal to the models, and each step up and down with data, on both databases."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, func, inspect, select, table

from vtclinic.core.database import ClinicBase, ControlBase, open_engine
from vtclinic.tenants.migrate import config, downgrade, head, upgrade, version

TREES = ("control", "clinic")
METADATA = {"control": ControlBase.metadata, "clinic": ClinicBase.metadata}


def revisions(tree: str) -> list[str]:
    """List a tree's versions, oldest first."""
    return [script.revision for script in reversed(list(ScriptDirectory.from_config(config(tree)).walk_revisions()))]


@pytest.mark.parametrize("tree", TREES)
def test_the_head_equals_the_models_on_postgresql_too(tree, postgres):
    with postgres.database(f"tree_{tree}") as url:
        upgrade(url, tree)
        engine = open_engine(url)
        with engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            assert compare_metadata(context, METADATA[tree]) == []
        engine.dispose()
        downgrade(url, tree, to="base")
        assert version(url) is None


@pytest.mark.parametrize("tree", TREES)
def test_a_tree_has_one_head(tree):
    assert len(ScriptDirectory.from_config(config(tree)).get_heads()) == 1
    assert revisions(tree)[-1] == head(tree)


@pytest.mark.parametrize("tree", TREES)
def test_the_head_equals_the_models(tree, tmp_path):
    url = f"sqlite:///{tmp_path / 'head.db'}"
    upgrade(url, tree)
    engine = open_engine(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA[tree]) == []
    engine.dispose()


@pytest.mark.parametrize("tree", TREES)
def test_a_step_down_and_up_again_keeps_what_it_can(tree, made_home, tmp_path):
    source = made_home / "control.db" if tree == "control" else made_home / "clinics" / "harbour" / "clinic.db"
    copy = tmp_path / "filled.db"
    shutil.copy(source, copy)
    url = f"sqlite:///{copy}"
    steps = revisions(tree)
    for index in range(len(steps) - 1, 0, -1):
        before = rows(copy)
        downgrade(url, tree, to=steps[index - 1])
        upgrade(url, tree, to=steps[index])
        assert rows(copy) == before
        downgrade(url, tree, to=steps[index - 1])
    downgrade(url, tree, to="base")
    assert version(url) is None
    assert set(rows(copy)) <= {"alembic_version"}
    upgrade(url, tree)
    assert version(url) == head(tree)


def rows(file: Path) -> dict[str, int]:
    """Count every table's rows."""
    engine = create_engine(f"sqlite:///{file}")
    with engine.connect() as connection:
        names = inspect(connection).get_table_names()
        counted = {name: connection.execute(select(func.count()).select_from(table(name))).scalar_one() for name in names}
    engine.dispose()
    return counted
