"""Whether people at work notice a login storm: slowest requests while many passwords are checked, against a quiet time."""

from __future__ import annotations

import re
import threading
from typing import Any

import requests as browsing

from benchmarks._installation import application, cookie_of, installation, web_process
from benchmarks._machine import Ask, Load, percentile
from benchmarks._report import Report
from vtclinic.core.policy import PATIENT, SYSTEM
from vtclinic.core.uow import unit_of_work
from vtclinic.identity import service as identity
from vtclinic.tenants.scope import tenant_scope

TIMES_QUIET = 3.0
REQUESTS, READERS, STORMERS, ROUNDS = 240, 4, 8, 3
PASSWORD = "purple tram waits calmly"


def run(requests: int = REQUESTS, rounds: int = ROUNDS) -> dict[str, Any]:
    """Alternate quiet and stormy rounds; the p99 of a signed-in patient's page in each."""
    report = Report("storm")
    quiet, stormy, tries = [], [], 0
    with installation("harbour") as house:
        with tenant_scope(house.directory.by_slug("harbour")):
            hashed = identity.hash_password(PASSWORD)
            with unit_of_work():
                uid = identity.create_account(SYSTEM, identity.NewAccount("sam@example.org", "Sam Byrne", (PATIENT,), identity.UserState.ACTIVE, password_hash=hashed)).uid
        page = Ask("/account", "harbour.test", cookie_of(application(house), house, "harbour", uid))
        with web_process(house.settings.home) as (port, _):
            Load(port, READERS).run([page], 40)
            for _ in range(rounds):
                quiet += _read(port, page, requests)
                with _Storm(port) as storm:
                    stormy += _read(port, page, requests)
                tries += storm.tries
    ratio = percentile(stormy, 0.99) / percentile(quiet, 0.99)
    report.figures |= {"p99_quiet_ms": round(percentile(quiet, 0.99) * 1000, 1), "p99_storm_ms": round(percentile(stormy, 0.99) * 1000, 1), "sign_ins_tried": tries}
    report.at_most("p99 in the storm, times the quiet p99", ratio, TIMES_QUIET)
    return report.as_dict()


def _read(port: int, page: Ask, wanted: int) -> list[float]:
    load = Load(port, READERS)
    load.run([page], wanted)
    if load.wrong:
        raise RuntimeError(f"unexpected answers: {sorted(set(load.wrong))}")
    return load.seconds


class _Storm:
    """Signs unknown people in again and again, each from an address of its own so that throttling does not end the storm."""

    def __init__(self, port: int) -> None:
        self._port, self._over, self.tries = port, threading.Event(), 0
        self._threads = [threading.Thread(target=self._work, args=(number,), daemon=True) for number in range(STORMERS)]

    def __enter__(self) -> _Storm:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _work(self, number: int) -> None:
        browser = browsing.Session()
        browser.headers.update({"Host": "harbour.test", "Accept": "text/html"})
        count = 0
        while not self._over.is_set():
            count += 1
            self._try(browser, f"nobody-{number}-{count}@example.org")
            self.tries += 1

    def _try(self, browser: browsing.Session, email: str) -> None:
        url = f"http://127.0.0.1:{self._port}/sign-in"
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', browser.get(url, timeout=60).text)
        form = {"email": email, "password": "a wrong and long password", "csrf_token": token[1] if token else ""}
        answer = browser.post(url, data=form, timeout=60, allow_redirects=False)
        if answer.status_code not in (422, 429):
            raise RuntimeError(f"a sign-in answered {answer.status_code}")
