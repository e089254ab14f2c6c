"""The other side of `bench pages`: a bare Flask, Jinja and SQLAlchemy page with the same queries, served by the same server.

For each SELECT of the product's page it runs one ORM query on the same table of the same database that loads as many entities; where
the product stores rows (its audit), it inserts as many into a table of its own and commits once. Then it renders a plain template with a
layout, a navigation and a loop over every entity. It has no sign-in, no encryption, no translation, no policy and no headers.
"""

from __future__ import annotations

from vtclinic.serve import runtime

if __name__ == "__main__":
    runtime.patch()

import argparse
import json
import uuid
from pathlib import Path
from typing import Any

from flask import Flask, render_template_string
from jinja2 import DictLoader
from sqlalchemy import Column, Engine, Integer, MetaData, String, Table, create_engine, event, inspect, select
from sqlalchemy.orm import DeclarativeBase, Session

LAYOUT = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{% block title %}{% endblock %}</title>
<link rel="stylesheet" href="/static/bootstrap.css"><link rel="stylesheet" href="/static/app.css"></head><body>
<header><a href="/">Bare</a><nav><ul>{% for name in ["Home", "Messages", "Sessions", "Progress", "More"] %}<li><a href="/{{ name|lower }}">{{ name }}</a></li>{% endfor %}</ul></nav></header>
<main>{% block content %}{% endblock %}</main><footer>Bare</footer></body></html>"""
PAGE = """{% extends "layout.html" %}{% block title %}{{ name }}{% endblock %}{% block content %}<h1>{{ name }}</h1>
{% for rows in lists %}<section><h2>{{ rows|length }}</h2><ul>{% for row in rows %}<li><a href="/{{ row.key }}">{{ row.key }}</a> {% for words in row.cells %}<span>{{ words }}</span>{% endfor %}</li>{% endfor %}</ul></section>{% endfor %}{% endblock %}"""


class Base(DeclarativeBase):
    """Plain entities over the product's tables."""

    metadata = MetaData()


def build(database: str, plan: dict[str, Any]) -> Flask:
    """Return the bare application: one route a planned page."""
    engine = create_engine(f"sqlite:///{database}", connect_args={"check_same_thread": False})
    event.listen(engine, "connect", _prepare)
    entities = _entities(engine)
    written = type("Written", (Base,), {"__table__": _scratch(engine)})
    app = Flask("bare")
    app.jinja_loader = DictLoader({"layout.html": LAYOUT, "page.html": PAGE})

    def page(name: str) -> str:
        wanted = plan[name]
        with Session(engine, expire_on_commit=False) as session:
            lists = [_load(session, entities[table], count) for table, count in wanted["reads"]]
            session.add_all([written(words=uuid.uuid4().hex) for _ in range(wanted["writes"])])
            if wanted["writes"]:
                session.commit()
            return render_template_string('{% extends "page.html" %}', name=name, lists=lists)

    app.add_url_rule("/<name>", view_func=page)
    app.add_url_rule("/readyz", "ready", lambda: "ready")
    return app


def _load(session: Session, entity: Any, count: int) -> list[dict[str, Any]]:
    rows = session.scalars(select(entity).limit(max(count, 1))).all()
    names = [column.key for column in inspect(entity).column_attrs]
    return [{"key": str(getattr(row, names[0])), "cells": [str(getattr(row, name))[:40] for name in names[1:6]]} for row in rows]


def _prepare(connection: Any, _record: Any) -> None:
    for statement in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "PRAGMA busy_timeout=5000"):
        connection.execute(statement)


def _entities(engine: Engine) -> dict[str, Any]:
    Base.metadata.reflect(engine)
    return {name: type(name.title(), (Base,), {"__table__": table}) for name, table in Base.metadata.tables.items() if len(table.primary_key)}


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
