"""Runs the control tree on the connection that `tenants.migrate` opened."""

from typing import Any, Literal

from alembic import context
from sqlalchemy.types import TypeDecorator

from vtclinic.core.database import ControlBase


def plain_type(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write our own column types as what the database keeps, so that a migration outlives our classes."""
    if kind == "type" and isinstance(item, TypeDecorator) and type(item).__module__.startswith("vtclinic"):
        return f"sa.{item.impl_instance!r}"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=ControlBase.metadata,
    render_item=plain_type,
    render_as_batch=True,
    compare_type=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
