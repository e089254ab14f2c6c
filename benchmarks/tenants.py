"""What 200 clinics cost against one: CPU per request, memory, and the time to upgrade all."""

from __future__ import annotations

import time
from concurrent.futures import ProcessPoolExecutor
from typing import Any

from benchmarks._installation import application, cookie_of, installation, web_process
from benchmarks._machine import Ask, Load, cpu_seconds, resident_mb
from benchmarks._report import Report
from vtclinic.app import House
from vtclinic.core.policy import PATIENT, SYSTEM
from vtclinic.core.uow import control_unit_of_work, unit_of_work
from vtclinic.identity import service as identity
from vtclinic.tenants.instance import clinic_url
from vtclinic.tenants.migrate import downgrade, upgrade
from vtclinic.tenants.scope import tenant_scope
from vtclinic.tenants.service import list_clinics

CLINICS, ROUNDS, REQUESTS = 200, 4, 400
CPU_RATIO, UPGRADE_SECONDS, GROWTH_MB = 1.3, 10.0, 60.0


def run() -> dict[str, Any]:
    """One patient in each clinic reads their account page; the same number of requests goes to one clinic or to all in turn."""
    report = Report("tenants")
    slugs = [f"clinic-{number:03d}" for number in range(CLINICS)]
    with installation(*slugs) as house:
        app = application(house)
        asks = [Ask("/account", f"{slug}.test", cookie_of(app, house, slug, _patient(house, slug))) for slug in slugs]
        with web_process(house.settings.home) as (port, pid):
            Load(port).run(asks[:1], 100)
            before = resident_mb(pid)
            Load(port).run(asks, CLINICS * 2)
            growth = resident_mb(pid) - before
            one, many = [0.0, 0.0]
            for _ in range(ROUNDS):
                one += _cpu(port, pid, asks[:1])
                many += _cpu(port, pid, asks)
        seconds = _upgrade_all(house)
    per_request = {"one": one / ROUNDS / REQUESTS * 1000, "many": many / ROUNDS / REQUESTS * 1000}
    report.figures |= {"clinics": CLINICS, **{f"cpu_ms_{name}": round(value, 2) for name, value in per_request.items()}}
    report.at_most("CPU per request, 200 clinics over one", per_request["many"] / per_request["one"], CPU_RATIO)
    report.at_most("upgrade of all, seconds", seconds, UPGRADE_SECONDS)
    report.at_most("growth from one clinic to 200, MB", growth, GROWTH_MB)
    return report.as_dict()


def _cpu(port: int, pid: int, asks: list[Ask]) -> float:
    before = cpu_seconds(pid)
    load = Load(port)
    load.run(asks, REQUESTS)
    if load.wrong:
        raise RuntimeError(f"unexpected answers: {sorted(set(load.wrong))}")
    return cpu_seconds(pid) - before


def _patient(house: House, slug: str) -> Any:
    with tenant_scope(house.directory.by_slug(slug)), unit_of_work():
        return identity.create_account(SYSTEM, identity.NewAccount("sam@example.org", "Sam Byrne", (PATIENT,), identity.UserState.ACTIVE)).uid


def _upgrade_all(house: House) -> float:
    with control_unit_of_work(write=False):
        urls = [clinic_url(house.settings, clinic) for clinic in list_clinics()]
    with ProcessPoolExecutor(2) as pool:
        list(pool.map(_empty, urls))
        began = time.monotonic()
        list(pool.map(_upgrade, urls))
    return time.monotonic() - began


def _empty(url: str) -> None:
    downgrade(url, "clinic", to="base")


def _upgrade(url: str) -> None:
    upgrade(url, "clinic")
