"""What 200 clinics cost against one: CPU per request, memory, and the time to upgrade all."""

from __future__ import annotations

import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks._installation import ROOT, application, child_environment, cookie_of, installation, web_process
from benchmarks._machine import Ask, Load, cpu_seconds, resident_mb
from benchmarks._report import Report
from vtclinic.app import House
from vtclinic.core.policy import PATIENT, SYSTEM
from vtclinic.core.uow import unit_of_work
from vtclinic.identity import service as identity
from vtclinic.tenants.migrate import head, version
from vtclinic.tenants.scope import tenant_scope

CLINICS, ROUNDS, REQUESTS = 200, 3, 200
CPU_RATIO, UPGRADE_SECONDS, GROWTH_MB = 1.3, 10.0, 60.0
NEW_VERSION = "bench_one_more"
ONE_MORE = '''"""One more version."""

import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "bench_one_more", "{after}", None, None


def upgrade() -> None:
    """Add a table and a column."""
    op.create_table("bench_note", sa.Column("uid", sa.Uuid(), primary_key=True), sa.Column("words", sa.String(), nullable=False))
    op.add_column("message", sa.Column("bench_mark", sa.Integer(), nullable=True))


def downgrade() -> None:
    """Take them away."""
    op.drop_column("message", "bench_mark")
    op.drop_table("bench_note")
'''


def run(clinics: int = CLINICS, requests: int = REQUESTS, rounds: int = ROUNDS) -> dict[str, Any]:
    """One patient in each clinic reads a page of their own; the same number of requests goes to one clinic or to all in turn."""
    report = Report("tenants")
    slugs = [f"clinic-{number:03d}" for number in range(clinics)]
    with installation(*slugs) as house:
        app = application(house)
        asks = [Ask("/more", f"{slug}.test", cookie_of(app, house, slug, _patient(house, slug))) for slug in slugs]
        with web_process(house.settings.home) as (port, pid):
            Load(port).run(asks[:1], 100)
            before = resident_mb(pid)
            Load(port).run(asks, clinics * 2)
            growth = resident_mb(pid) - before
            one, many = [0.0, 0.0]
            for _ in range(rounds):
                one += _cpu(port, pid, asks[:1], requests)
                many += _cpu(port, pid, asks, requests)
        cpu, wall = _upgrade_all(house.settings.home)
        if not all(_is_upgraded(house, slug) for slug in slugs):
            raise RuntimeError("not every clinic was upgraded")
    per_request = {"one": one / rounds / requests * 1000, "many": many / rounds / requests * 1000}
    report.figures |= {"clinics": clinics, "upgrade_wall_seconds": round(wall, 2), **{f"cpu_ms_{name}": round(value, 2) for name, value in per_request.items()}}
    report.at_most("CPU per request, all clinics over one", per_request["many"] / per_request["one"], CPU_RATIO)
    report.at_most("upgrade of all, CPU seconds of all its processes", cpu, UPGRADE_SECONDS)
    report.at_most("growth from one clinic to all, MB", growth, GROWTH_MB)
    return report.as_dict()


def _cpu(port: int, pid: int, asks: list[Ask], requests: int) -> float:
    before = cpu_seconds(pid)
    load = Load(port)
    load.run(asks, requests)
    if load.wrong:
        raise RuntimeError(f"unexpected answers: {sorted(set(load.wrong))}")
    return cpu_seconds(pid) - before


def _patient(house: House, slug: str) -> Any:
    with tenant_scope(house.directory.by_slug(slug)), unit_of_work():
        return identity.create_account(SYSTEM, identity.NewAccount("sam@example.org", "Sam Byrne", (PATIENT,), identity.UserState.ACTIVE)).uid


def _upgrade_all(home: Path) -> tuple[float, float]:
    """Return CPU and wall seconds of `vtclinic db upgrade` as a new release would run it: this code with one more version for clinics."""
    with tempfile.TemporaryDirectory(prefix="vtclinic-release-") as folder:
        release = Path(folder) / "vtclinic"
        shutil.copytree(ROOT / "vtclinic", release, ignore=shutil.ignore_patterns("static", "templates"))
        versions = release / "migrations" / "clinic" / "versions"
        (versions / "bench_one_more.py").write_text(ONE_MORE.format(after=head("clinic")))
        began, spent = time.monotonic(), _children_cpu()
        command = [sys.executable, "-m", "vtclinic.cli", "--home", str(home), "db", "upgrade"]
        done = subprocess.run(command, cwd=folder, env=child_environment() | {"PYTHONPATH": folder}, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"the upgrade ended with {done.returncode}: {done.stderr[-500:]}")
        return _children_cpu() - spent, time.monotonic() - began


def _children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _is_upgraded(house: House, slug: str) -> bool:
    clinic = house.directory.by_slug(slug)
    return version(clinic.database_url) == NEW_VERSION
