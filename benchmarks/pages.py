"""CPU per request of four pages at 32 connections, over a bare Flask + Jinja + SQLAlchemy page with the same queries."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy import Engine, event, select

from benchmarks._bare import shape
from benchmarks._crowd import crowd
from benchmarks._installation import application, cookie_of, installation, web_process
from benchmarks._machine import Ask, Load, cpu_seconds
from benchmarks._replay import noted
from benchmarks._report import Report
from vtclinic.app import House
from vtclinic.core.uow import unit_of_work
from vtclinic.demo.seed import seed
from vtclinic.features.messaging.models import Thread
from vtclinic.identity import service as identity
from vtclinic.tenants.scope import tenant_scope

CPU_RATIO, MOST_QUERIES = 2.0, 8
FEW, MANY = 10, 100
ROUNDS, REQUESTS, WARM_UP = 4, 96, 32
THERAPIST = "amara@harbour.example"


@dataclass
class Asked:
    """What one page did: each SELECT on the clinic's database with its values and columns, how many rows it stored, and its shape."""

    reads: list[dict[str, Any]]
    writes: int
    shape: dict[str, int]


def run(requests: int = REQUESTS, rounds: int = ROUNDS, *, warm_up: int = WARM_UP) -> dict[str, Any]:
    """Serve the demonstration's clinic and the bare pages side by side, in turns."""
    report = Report("pages")
    with installation() as house:
        seed(house)
        therapist, thread = _whose(house)
        crowd(house.directory.by_slug("harbour"), therapist, thread.uid, FEW)
        app = application(house)
        pages = _pages(app, house)
        plan = {name: _asked(app, house, ask) for name, ask in pages.items()}
        bare_home = house.settings.home / "bare"
        bare_home.mkdir()
        copy_database(house.directory.by_slug("harbour").files / "clinic.db", bare_home / "clinic.db")
        plan_file = bare_home / "plan.json"
        plan_file.write_text(json.dumps({"database": str(bare_home / "clinic.db"), "pages": {name: vars(asked) for name, asked in plan.items()}}))
        with web_process(house.settings.home) as ours, web_process(bare_home, "benchmarks._bare", "--plan", str(plan_file)) as bare:
            for name, ask in pages.items():
                sides = {"ours": (ours, ask), "bare": (bare, Ask(f"/{name}", "bare.test"))}
                for place, asked in sides.values():
                    Load(place[0]).run([asked], warm_up)
                _compare(report, name, sides, requests, rounds)
        crowd(house.directory.by_slug("harbour"), therapist, thread.uid, MANY)
        for name, ask in pages.items():
            most = max(len(plan[name].reads), len(_asked(app, house, ask).reads))
            report.at_most(f"{name}: queries, {FEW} or {MANY} rows", most, MOST_QUERIES)
    return report.as_dict()


def copy_database(source: Path, target: Path) -> None:
    """Copy a database that may be in use, with what its write-ahead log still holds."""
    with sqlite3.connect(source) as old, sqlite3.connect(target) as new:
        old.backup(new)


def _compare(report: Report, name: str, sides: dict[str, tuple[tuple[int, int], Ask]], requests: int, rounds: int) -> None:
    spent = dict.fromkeys(sides, 0.0)
    for _ in range(rounds):
        for side, (place, ask) in sides.items():
            spent[side] += _cpu(place, ask, requests)
    each = {side: seconds / rounds / requests * 1000 for side, seconds in spent.items()}
    report.figures |= {f"{name}: CPU ms {side}": round(value, 2) for side, value in each.items()}
    # A clock of 10 ms may see nothing of a handful of requests.
    report.at_most(f"{name}: CPU over bare", each["ours"] / max(each["bare"], 0.001), CPU_RATIO)


def _cpu(place: tuple[int, int], ask: Ask, requests: int) -> float:
    port, pid = place
    before, load = cpu_seconds(pid), Load(port)
    load.run([ask], requests)
    if load.wrong:
        raise RuntimeError(f"{ask.path} answered {sorted(set(load.wrong))}")
    return cpu_seconds(pid) - before


def _pages(app: Flask, house: House) -> dict[str, Ask]:
    therapist, thread = _whose(house)
    host = house.directory.by_slug("harbour").hosts[0]
    patient = cookie_of(app, house, "harbour", thread.patient_uid)
    return {
        "patient-home": Ask("/home", host, patient),
        "therapist-day": Ask("/today", host, cookie_of(app, house, "harbour", therapist)),
        "message-thread": Ask(f"/messages/{thread.uid}", host, patient),
        "match-result": Ask("/therapists", host, patient),
    }


def _whose(house: House) -> tuple[UUID, Thread]:
    """Return the therapist whose day is shown, and the first thread with one of their patients."""
    with tenant_scope(house.directory.by_slug("harbour")), unit_of_work(write=False) as db:
        therapist = identity.user_by_email(THERAPIST).uid
        return therapist, db.scalars(select(Thread).where(Thread.therapist_uid == therapist).order_by(Thread.created_at, Thread.uid).limit(1)).one()


def _asked(app: Flask, house: House, ask: Ask) -> Asked:
    client = app.test_client(use_cookies=False)
    headers = {"Host": ask.host, "Cookie": ask.cookie, "Accept": "text/html"}
    client.get(ask.path, headers=headers)
    with _watching(str(house.directory.by_slug("harbour").files)) as asked:
        answer = client.get(ask.path, headers=headers)
    asked.shape = shape(answer.data)
    if answer.status_code != 200:
        raise RuntimeError(f"{ask.path} answered {answer.status_code} {answer.headers.get('Location', '')}")
    return asked


@contextmanager
def _watching(folder: str) -> Iterator[Asked]:
    asked = Asked([], 0, {})

    def note(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, executemany: bool) -> None:
        if folder not in str(connection.engine.url):
            return
        if not statement.lstrip().upper().startswith(("SELECT", "WITH")):
            asked.writes += len(parameters) if executemany else 1
            return
        asked.reads.append(noted(statement, parameters, context.compiled._result_columns))

    event.listen(Engine, "after_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(Engine, "after_cursor_execute", note)
