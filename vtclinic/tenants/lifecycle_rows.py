"""A clinic's tables as lines of JSON that any database we support can take: the bytes of encrypted columns as they are."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.types import TypeDecorator, TypeEngine

from vtclinic.core.database import ClinicBase
from vtclinic.core.errors import Conflict, Invalid

ROWS = 500
_VERSION_TABLE = "alembic_version"

# The first class that fits names the kind, hence the order: an Enum is a String too.
_KINDS: tuple[tuple[type[TypeEngine[Any]], str], ...] = (
    (sa.Uuid, "uuid"),
    (sa.LargeBinary, "bytes"),
    (sa.DateTime, "instant"),
    (sa.Date, "date"),
    (sa.Time, "time"),
    (sa.JSON, "json"),
    (sa.Boolean, "bool"),
    (sa.Integer, "int"),
    (sa.Float, "float"),
    (sa.Numeric, "decimal"),
    (sa.String, "text"),
)
_TYPES: dict[str, TypeEngine[Any]] = {
    "uuid": sa.Uuid(),
    "bytes": sa.LargeBinary(),
    "instant": sa.DateTime(),
    "date": sa.Date(),
    "time": sa.Time(),
    "json": sa.JSON(none_as_null=True),
    "bool": sa.Boolean(),
    "int": sa.BigInteger(),
    "float": sa.Float(),
    "decimal": sa.Numeric(),
    "text": sa.Text(),
}
_READERS: dict[str, Callable[[str], Any]] = {
    "uuid": UUID,
    "bytes": base64.b64decode,
    "instant": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "decimal": Decimal,
}


@dataclass(frozen=True)
class Column:
    """One column as the archive names it."""

    name: str
    kind: str
    nullable: bool
    key: bool


@dataclass(frozen=True)
class TableShape:
    """One table's columns; shapes are listed so that a table comes after those it refers to."""

    name: str
    columns: tuple[Column, ...]

    @property
    def table(self) -> sa.Table:
        """The table with plain types: nothing is decrypted or encrypted on the way."""
        return sa.Table(self.name, sa.MetaData(), *(sa.Column(column.name, _TYPES[column.kind], primary_key=column.key) for column in self.columns))

    def as_json(self) -> dict[str, Any]:
        """Return what the manifest says of this table."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> TableShape:
        """Read the manifest; raise Invalid for kinds this version does not know."""
        columns = tuple(Column(**each) for each in value["columns"])
        if unknown := {column.kind for column in columns} - _TYPES.keys():
            raise Invalid(f"The file holds data of a kind this version does not know: {min(unknown)}.")
        return cls(value["name"], columns)


def shapes() -> list[TableShape]:
    """Describe every table of a clinic's database, in the order in which they can be filled."""
    return [_shape(table) for table in ClinicBase.metadata.sorted_tables]


def check_known(connection: sa.Connection) -> None:
    """Raise Conflict when the database holds tables that would be left behind."""
    unknown = set(sa.inspect(connection).get_table_names()) - ClinicBase.metadata.tables.keys() - {_VERSION_TABLE}
    if unknown:
        raise Conflict(f"The database has a table this version does not know: {min(unknown)}.", hint="Use the version of vtclinic that made it.")


def read_rows(connection: sa.Connection, shape: TableShape) -> Iterator[bytes]:
    """Yield a table's rows as blocks of JSON lines."""
    table = shape.table
    rows = connection.execution_options(yield_per=ROWS).execute(sa.select(table).order_by(*table.primary_key))
    for block in rows.partitions(ROWS):
        yield b"".join(_dump(shape, row) for row in block)


def write_rows(connection: sa.Connection, shape: TableShape, block: bytes) -> int:
    """Insert a block of JSON lines; return how many rows it held."""
    rows = [_load(shape, json.loads(line)) for line in block.splitlines()]
    if rows:
        connection.execute(sa.insert(shape.table), rows)
    return len(rows)


def set_counters(connection: sa.Connection, shape: TableShape) -> None:
    """Let PostgreSQL number new rows after the ones that came in; SQLite does so by itself."""
    if connection.dialect.name != "postgresql":
        return
    for column in (each for each in shape.columns if each.key and each.kind == "int"):
        name = connection.scalar(sa.text("SELECT pg_get_serial_sequence(:table, :column)"), {"table": f'"{shape.name}"', "column": column.name})
        highest = connection.scalar(sa.select(sa.func.max(shape.table.c[column.name])))
        if name and highest:
            connection.execute(sa.text("SELECT setval(:name, :highest)"), {"name": name, "highest": highest})


def _shape(table: sa.Table) -> TableShape:
    return TableShape(table.name, tuple(Column(each.name, _kind(each.type), bool(each.nullable), each.primary_key) for each in table.columns))


def _kind(kind: TypeEngine[Any]) -> str:
    plain = kind.impl_instance if isinstance(kind, TypeDecorator) else kind
    for base, name in _KINDS:
        if isinstance(plain, base):
            return name
    raise TypeError(f"no way to carry {kind!r} in an archive")


def _dump(shape: TableShape, row: Sequence[Any]) -> bytes:
    values = [_plain(column.kind, value) for column, value in zip(shape.columns, row, strict=True)]
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _plain(kind: str, value: Any) -> Any:
    if value is None or kind in ("json", "bool", "int", "float", "text"):
        return value
    if kind == "bytes":
        return base64.b64encode(value).decode()
    return value.isoformat() if kind in ("instant", "date", "time") else str(value)


def _load(shape: TableShape, values: Sequence[Any]) -> dict[str, Any]:
    return {column.name: _value(column, value) for column, value in zip(shape.columns, values, strict=True)}


def _value(column: Column, value: Any) -> Any:
    if value is None:
        return sa.JSON.NULL if column.kind == "json" and not column.nullable else None
    reader = _READERS.get(column.kind)
    return reader(value) if reader else value
