"""The other side of `bench pages`: bare Flask, Jinja and SQLAlchemy pages with the same queries, served by the same server.

What a bare page does, each time it is asked:

- It runs every SELECT of the product's page (the same joins, conditions, order and values, on a copy of the same database) as an ORM select of
  the same entities: plain classes over the reflected tables, with ids as UUID, instants as datetime and JSON as Python values.
- It stores as many rows as the product's page does, as ORM rows in a table of its own, and commits once to a database with the same settings.
- It renders an autoescaped template with a layout, a navigation, a loop over every row and its values, and further loops until the page has as
  many elements, as many links made by `url_for` and as many bytes as the product's page.

What it leaves out is what the product adds: finding the clinic by its host, the signed cookie, the sign-in, policies, decryption, audit chain,
translation, formatting of days and times, headers, request ids and the log. It has no macros and no forms. Its selects are made in the view, as
one writes them, but with joins made beforehand and conditions as text, which costs it less than expressions would.
"""

from __future__ import annotations

from vtclinic.serve import runtime

if __name__ == "__main__":
    runtime.patch()
    runtime.leave_out_unused()

import argparse
import json
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask, render_template
from jinja2 import DictLoader
from sqlalchemy import CHAR, Column, Engine, Integer, MetaData, String, Table, Uuid, create_engine, event
from sqlalchemy.orm import DeclarativeBase, Session

from benchmarks._replay import reader

LAYOUT = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{% block title %}{% endblock %}</title>
<link rel="stylesheet" href="{{ url_for('static', filename='bootstrap.css') }}"><link rel="stylesheet" href="{{ url_for('static', filename='app.css') }}">
<script type="module" src="{{ url_for('static', filename='app.js') }}"></script></head><body><header><a href="{{ url_for('page', name='home') }}">Bare</a>
<nav><ul>{% for name in ["home", "messages", "sessions", "progress", "more"] %}<li><a href="{{ url_for('page', name=name) }}"{% if name == current %} aria-current="page"{% endif %}>{{ name|title }}</a></li>{% endfor %}</ul></nav></header>
<main>{% block content %}{% endblock %}</main><footer>Bare</footer></body></html>"""
PAGE = """{% extends "layout.html" %}{% block title %}{{ current }}{% endblock %}{% block content %}<h1>{{ current }}</h1>
{% for rows in lists %}{% if rows %}<ul>{% for row in rows %}<li>{% for words in row %}{{ words }} {% endfor %}</li>{% endfor %}</ul>{% endif %}{% endfor %}
{% for part in links %}<p><a class="part" href="{{ url_for('page', name=part.key) }}">{{ part.says }}</a></p>{% endfor %}
{% for part in parts %}<div class="part is-{{ part.kind }}"><b>{{ part.says }}</b></div>{% endfor %}<p>{{ rest }}</p>{% endblock %}"""
MOST_CELLS, CELL = 6, 24
_ELEMENT, _LINK, _PLACE = re.compile(rb"<[a-z]"), re.compile(rb'(?<!use )(?:href|src|action)="'), re.compile(r"\?")


class Base(DeclarativeBase):
    """Plain entities over the product's tables."""

    metadata = MetaData()


@dataclass
class Filling:
    """What makes a bare page as long as the product's."""

    links: list[dict[str, str]]
    parts: list[dict[str, str]]
    rest: str


def shape(body: bytes) -> dict[str, int]:
    """Count a page's bytes, elements and addresses; those of its icons are one and the same, which a bare page would write out."""
    return {"bytes": len(body), "elements": len(_ELEMENT.findall(body)), "links": len(_LINK.findall(body))}


def build(database: str, plan: dict[str, Any]) -> Flask:
    """Return the bare application: one route, and one planned page for each name."""
    engine = create_engine(f"sqlite:///{database}", connect_args={"check_same_thread": False}, pool_size=4, max_overflow=60)
    event.listen(engine, "connect", _prepare)
    entities = _entities(engine, plan)
    written = type("Written", (Base,), {"__table__": _scratch(engine)})
    app = Flask("bare")
    app.jinja_loader = DictLoader({"layout.html": LAYOUT, "page.html": PAGE})
    readers = {name: [reader(read, entities) for read in wanted["reads"]] for name, wanted in plan.items()}
    fillings: dict[str, Filling] = {}

    def answer(name: str, filling: Filling) -> str:
        with Session(engine, expire_on_commit=False) as session:
            lists = [[_cells(row) for row in read(session)] for read in readers[name]]
            if plan[name]["writes"]:
                session.add_all([written(words=uuid.uuid4().hex) for _ in range(plan[name]["writes"])])
                session.commit()
            return render_template("page.html", current=name, lists=lists, links=filling.links, parts=filling.parts, rest=filling.rest)

    def page(name: str) -> str:
        if name not in fillings:
            fillings[name] = _filling(plan[name]["shape"], lambda filling: answer(name, filling))
        return answer(name, fillings[name])

    app.add_url_rule("/<name>", "page", page)
    app.add_url_rule("/readyz", "ready", lambda: "ready")
    return app


def _filling(wanted: dict[str, int], render: Callable[[Filling], str]) -> Filling:
    """Find the loops that bring a page to the wanted shape: links first, then other elements, then plain letters."""
    links = max(0, wanted["links"] - shape(render(Filling([], [], "")).encode())["links"])
    found = Filling([{"key": f"part-{number}", "says": f"Part {number}"} for number in range(links)], [], "")
    missing = max(0, wanted["elements"] - shape(render(found).encode())["elements"])
    found.parts = [{"kind": f"kind-{number % 7}", "says": f"Number {number}"} for number in range(missing // 2)]
    found.rest = "x" * max(0, wanted["bytes"] - len(render(found).encode()))
    return found


def _cells(row: Any) -> list[str]:
    """Return the first values of a row's entities; plain values as they are."""
    cells: list[str] = []
    for each in row:
        mapped = getattr(type(each), "__table__", None)
        cells += [str(each)] if mapped is None else [str(getattr(each, name))[:CELL] for name in list(each.__mapper__.attrs.keys())[:MOST_CELLS]]
    return cells[: MOST_CELLS * 2]


def _prepare(connection: Any, _record: Any) -> None:
    for statement in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "PRAGMA foreign_keys=ON", "PRAGMA busy_timeout=15000"):
        connection.execute(statement)


def _entities(engine: Engine, plan: dict[str, Any]) -> dict[str, Any]:
    """Return a class for each table, with the columns that any of the product's statements reads."""

    def with_ids(_inspector: Any, _table: Any, column: Any) -> None:
        if isinstance(column["type"], CHAR) and column["type"].length == 32:
            column["type"] = Uuid()

    read = {(table, column) for wanted in plan.values() for each in wanted["reads"] for table, column in each["columns"]}
    event.listen(Base.metadata, "column_reflect", with_ids)
    Base.metadata.clear()
    Base.metadata.reflect(engine)
    found = {}
    for name, table in Base.metadata.tables.items():
        if len(table.primary_key):
            names = [column.key for column in table.columns if column.primary_key or (name, column.key) in read]
            found[name] = type(name.title(), (Base,), {"__table__": table, "__mapper_args__": {"include_properties": names}})
    return found


def _scratch(engine: Engine) -> Table:
    table = Table("bench_written", Base.metadata, Column("id", Integer, primary_key=True), Column("words", String), extend_existing=True)
    table.create(engine, checkfirst=True)
    return table


def main() -> None:
    """Serve until ended."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--home")
    parser.add_argument("--port", type=int)
    parser.add_argument("--plan", type=Path)
    chosen = parser.parse_args()
    plan = json.loads(chosen.plan.read_text())
    server = runtime.Server(runtime.listen("127.0.0.1", chosen.port), build(plan["database"], plan["pages"]))
    server.start()
    while True:
        runtime.sleep(1)


if __name__ == "__main__":
    main()
