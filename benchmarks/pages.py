"""CPU per request of four pages at 32 connections, over a bare Flask + Jinja + SQLAlchemy page with the same queries."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask import Flask
from sqlalchemy import Engine, event

from benchmarks._installation import application, cookie_of, installation, web_process
from benchmarks._machine import Ask, Load, cpu_seconds
from benchmarks._report import Report
from vtclinic.app import House
from vtclinic.core.uow import unit_of_work
from vtclinic.demo.seed import seed
from vtclinic.features.messaging.models import Thread
from vtclinic.identity import service as identity
from vtclinic.tenants.scope import tenant_scope

CPU_RATIO, MOST_QUERIES = 2.0, 8
ROUNDS, REQUESTS, WARM_UP = 5, 192, 64
THERAPIST = "amara@harbour.example"
_TABLE = re.compile(r'FROM "?(\w+)"?')


@dataclass
class Asked:
    """What one page asked of the clinic's database: (table, rows) of each SELECT, and how many rows it stored."""

    reads: list[tuple[str, int]]
    writes: int


def run(requests: int = REQUESTS, rounds: int = ROUNDS) -> dict[str, Any]:
    """Serve the demonstration's clinic and the bare pages side by side, in turns."""
    report = Report("pages")
    with installation() as house:
        seed(house)
        app = application(house)
        pages = _pages(app, house)
        plan = {name: _asked(app, house, ask) for name, ask in pages.items()}
        bare_home = house.settings.home / "bare"
        bare_home.mkdir()
        shutil.copy(house.directory.by_slug("harbour").files / "clinic.db", bare_home / "clinic.db")
        plan_file = bare_home / "plan.json"
        plan_file.write_text(json.dumps({"database": str(bare_home / "clinic.db"), "pages": {name: vars(asked) for name, asked in plan.items()}}))
        with web_process(house.settings.home) as ours, web_process(bare_home, "benchmarks._bare", "--plan", str(plan_file)) as bare:
            for name, ask in pages.items():
                _compare(report, name, (ours, ask), (bare, Ask(f"/{name}", "bare.test")), requests, rounds)
        for name, asked in plan.items():
            report.at_most(f"{name}: queries", len(asked.reads), MOST_QUERIES)
    return report.as_dict()


def _compare(report: Report, name: str, ours: tuple[tuple[int, int], Ask], bare: tuple[tuple[int, int], Ask], requests: int, rounds: int) -> None:
    spent = {"ours": 0.0, "bare": 0.0}
    for (port, _), ask in (ours, bare):
        Load(port).run([ask], WARM_UP)
    for _ in range(rounds):
        spent["ours"] += _cpu(*ours, requests)
        spent["bare"] += _cpu(*bare, requests)
    each = {side: seconds / rounds / requests * 1000 for side, seconds in spent.items()}
    report.figures |= {f"{name}: CPU ms {side}": round(value, 2) for side, value in each.items()}
    report.at_most(f"{name}: CPU over bare", each["ours"] / each["bare"], CPU_RATIO)


def _cpu(place: tuple[int, int], ask: Ask, requests: int) -> float:
    port, pid = place
    before, load = cpu_seconds(pid), Load(port)
    load.run([ask], requests)
    if load.wrong:
        raise RuntimeError(f"{ask.path} answered {sorted(set(load.wrong))}")
    return cpu_seconds(pid) - before


def _pages(app: Flask, house: House) -> dict[str, Ask]:
    clinic = house.directory.by_slug("harbour")
    with tenant_scope(clinic), unit_of_work(write=False) as db:
        therapist = identity.user_by_email(THERAPIST).uid
        thread = db.query(Thread).filter(Thread.therapist_uid == therapist).order_by(Thread.last_seq.desc()).first()
        assert thread is not None
    host = clinic.hosts[0]
    patient = cookie_of(app, house, "harbour", thread.patient_uid)
    return {
        "patient-home": Ask("/home", host, patient),
        "therapist-day": Ask("/today", host, cookie_of(app, house, "harbour", therapist)),
        "message-thread": Ask(f"/messages/{thread.uid}", host, patient),
        "match-result": Ask("/therapists", host, patient),
    }


def _asked(app: Flask, house: House, ask: Ask) -> Asked:
    client = app.test_client(use_cookies=False)
    headers = {"Host": ask.host, "Cookie": ask.cookie, "Accept": "text/html"}
    client.get(ask.path, headers=headers)
    with _watching(str(house.directory.by_slug("harbour").files)) as asked:
        answer = client.get(ask.path, headers=headers)
    if answer.status_code != 200:
        raise RuntimeError(f"{ask.path} answered {answer.status_code} {answer.headers.get('Location', '')}")
    return asked


@contextmanager
def _watching(folder: str) -> Iterator[Asked]:
    asked = Asked([], 0)

    def note(connection: Any, cursor: Any, statement: str, parameters: Any, _context: Any, executemany: bool) -> None:
        if folder not in str(connection.engine.url):
            return
        if not statement.lstrip().upper().startswith(("SELECT", "WITH")):
            asked.writes += len(parameters) if executemany else 1
            return
        table = _TABLE.search(statement)
        rows = connection.connection.dbapi_connection.execute(statement, parameters).fetchall()
        if table is not None:
            asked.reads.append((table[1], len(rows)))

    event.listen(Engine, "after_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(Engine, "after_cursor_execute", note)
