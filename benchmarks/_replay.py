"""A statement that one process ran, made again in another as an ORM select over plain entities."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import Column, Integer, bindparam, select, text
from sqlalchemy.orm import Session, aliased, join

Read = dict[str, Any]
_PLACE = re.compile(r"\?")
_PARTS = re.compile(r" ?\n?\s?(FROM|WHERE|ORDER BY|LIMIT|OFFSET) ")
_JOINS = re.compile(r" (LEFT OUTER JOIN|JOIN) ")
_ON = re.compile(r" (ON) ")
_UNION = re.compile(r" (UNION ALL|UNION) ")


def noted(statement: str, values: Iterable[Any], result_columns: Iterable[Any]) -> Read:
    """Return a statement as JSON can hold it; each result column as (table, column)."""
    return {"sql": statement, "values": [_coded(value) for value in values], "columns": [_column(entry.objects) for entry in result_columns]}


def reader(read: Read, entities: dict[str, Any]) -> Callable[[Session], Sequence[Any]]:
    """Return what makes the select and runs it in a session; the text was taken apart before."""
    number = iter(range(10_000))
    sql = _PLACE.sub(lambda _: f":p{next(number)}", read["sql"])
    values = {f"p{place}": _decoded(value) for place, value in enumerate(read["values"])}
    if len(_split(sql, _UNION)) > 1:
        # Several selects in one name no entities: the words themselves are what a bare page would run.
        whole = text(sql)
        return lambda session: session.execute(whole, values).all()
    parts = _split(sql, _PARTS)
    shown = [each.strip() for each in _commas(parts[0][1].removeprefix("SELECT "))]
    named = dict(parts[1:])
    sources, source = _sources(named["FROM"], entities)
    asked = _asked(read["columns"], shown, sources)
    return lambda session: session.execute(_made(asked, source, named), values).all()


def _made(asked: list[Any], source: Any, named: dict[str, str]) -> Any:
    made = select(*asked).select_from(source)
    if "WHERE" in named:
        made = made.where(text(named["WHERE"]))
    if "ORDER BY" in named:
        made = made.order_by(text(named["ORDER BY"]))
    if "LIMIT" in named:
        made = made.limit(bindparam(named["LIMIT"].strip(" :"), type_=Integer))
    if "OFFSET" in named:
        made = made.offset(bindparam(named["OFFSET"].strip(" :"), type_=Integer))
    return made


def _sources(words: str, entities: dict[str, Any]) -> tuple[dict[str, Any], Any]:
    """Return what a FROM names, and all of it joined as written."""
    found: dict[str, Any] = {}
    whole: Any = None
    for kind, part in _split(words, _JOINS):
        what, *condition = [each for _, each in _split(part, _ON)]
        table, _, alias = what.strip().rpartition(" AS ")
        if table.startswith("("):
            here: Any = text(table[1:-1]).columns().subquery(alias)
        else:
            here = aliased(entities[table], name=alias) if table else entities[alias]
        found[alias] = here
        whole = here if whole is None else join(whole, here, text(condition[0]), isouter=kind.startswith("LEFT"))
    return found, whole


def _asked(columns: Iterable[Any], shown: list[str], sources: dict[str, Any]) -> list[Any]:
    """Return whole entities where a statement reads them, single columns and expressions where it reads those."""
    asked: list[Any] = []
    for (name, table), group in groupby(zip(columns, shown, strict=True), key=lambda pair: (pair[1].partition(".")[0], pair[0][0])):
        pairs = list(group)
        if table is None:
            # Words that bind values of their own: a literal column would leave their names unbound.
            asked += [text(words) for _, words in pairs]
            continue
        names, source = [column[1] for column, _ in pairs], sources[name]
        keys = {column.key for column in source.__table__.primary_key} if hasattr(source, "__table__") else {column.key for column in source.__mapper__.primary_key}
        asked += [source] if keys <= set(names) else [getattr(source, each) for each in names]
    return asked


def _split(words: str, at: re.Pattern[str]) -> list[tuple[str, str]]:
    """Split at a pattern outside brackets; returns (the word it was split at, what follows)."""
    parts, word, begin = [], "", 0
    for match in at.finditer(words):
        if words.count("(", 0, match.start()) == words.count(")", 0, match.start()):
            parts.append((word, words[begin : match.start()]))
            word, begin = match[1], match.end()
    return [*parts, (word, words[begin:])]


def _commas(words: str) -> list[str]:
    return [part for _, part in _split(words, re.compile(r"(,) "))]


def _column(objects: Iterable[Any]) -> tuple[str | None, str]:
    found = next((each for each in objects if isinstance(each, Column) and each.table is not None), None)
    # A column of several queries together belongs to no table.
    table = None if found is None else getattr(getattr(found.table, "element", found.table), "name", None)
    return (None, "") if found is None or table is None else (table, found.name)


def _coded(value: Any) -> Any:
    return {"bytes": base64.b64encode(value).decode()} if isinstance(value, bytes | memoryview) else value


def _decoded(value: Any) -> Any:
    return base64.b64decode(value["bytes"]) if isinstance(value, dict) else value
