"""Green threads: nothing that one request waits for makes another one wait."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tests.serve.conftest import ROOT
from vtclinic.core import blocking
from vtclinic.serve import runtime


def timed(url: str) -> tuple[str, float]:
    began = time.monotonic()
    answer = requests.get(url, timeout=30)
    assert answer.status_code == 200
    return answer.text, time.monotonic() - began


@pytest.mark.postgres
def test_requests_that_wait_for_postgresql_wait_at_the_same_time(supervise, settings, postgres):
    (settings.home / "dsn").write_text(postgres.dsn)
    address = supervise().addresses[0]
    assert timed(address + "/database")[0] == "slept"
    began = time.monotonic()
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(timed, [address + "/database"] * 6))
    # Six seconds of sleep one after the other; about one when they overlap.
    assert time.monotonic() - began < 3
    assert all(text == "slept" for text, _ in answers)


def test_computation_set_aside_lets_other_requests_through(supervise):
    address = supervise().addresses[0]
    alone = timed(address + "/busy")[1]
    with ThreadPoolExecutor(4) as pool:
        busy = [pool.submit(timed, address + "/busy") for _ in range(3)]
        quick = []
        while not all(each.done() for each in busy):
            quick.append(timed(address + "/pid")[1])
    assert all(each.result()[0] == "computed" for each in busy)
    assert sorted(quick)[len(quick) // 2] < alone / 2


def test_an_unpatched_process_computes_in_place(monkeypatch):
    monkeypatch.setattr(runtime._Current, "mode", "")
    assert runtime.mode() == "threading"
    assert runtime.run_blocking(max, 1, 2) == 2
    assert blocking.run_blocking(sorted, [2, 1], reverse=True) == [2, 1]


@pytest.mark.parametrize("mode", runtime.MODES)
def test_patching_is_silent_and_complete(mode):
    code = (
        "from vtclinic.serve import runtime; runtime.patch(); runtime.leave_out_unused()\n"
        "import json, os, sys, threading, socket, time, psycopg\n"
        "ran = []\n"
        "threads = [threading.Thread(target=lambda: (time.sleep(0.2), ran.append(1))) for _ in range(20)]\n"
        "began = time.monotonic(); [each.start() for each in threads]; [each.join() for each in threads]\n"
        "print(json.dumps({'mode': runtime.mode(), 'ran': len(ran), 'took': time.monotonic() - began,\n"
        "  'socket': socket.socket.__module__, 'wait': psycopg.waiting.wait.__name__, 'other': sys.modules.get(sys.argv[1])}))"
    )
    other = next(each for each in runtime.MODES if each != mode)
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "VTCLINIC_ASYNC_MODE": mode}
    done = subprocess.run([sys.executable, "-W", "error::DeprecationWarning", "-c", code, other], env=environment, capture_output=True, text=True, check=True, timeout=60)
    assert done.stderr == ""
    said = json.loads(done.stdout)
    assert (said["mode"], said["ran"], said["wait"], said["other"]) == (mode, 20, "wait_selector", None)
    assert said["took"] < 2
    assert mode in said["socket"]


def test_an_unknown_mode_is_one_sentence():
    done = subprocess.run(
        [sys.executable, "-c", "from vtclinic.serve import runtime; runtime.patch()"],
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "VTCLINIC_ASYNC_MODE": "twisted"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == "VTCLINIC_ASYNC_MODE is 'twisted'; it can be eventlet or gevent.\n"


def test_the_log_names_endpoints_and_errors_but_never_paths_or_words(supervise, capfd):
    address = supervise().addresses[0]
    token = "Maria-token-7731"
    answer = requests.get(f"{address}/secret/{token}?q={token}", headers={"Cookie": f"vt={token}", "User-Agent": token, "X-Request-Id": token}, timeout=10)
    assert answer.status_code == 500
    said = [json.loads(line) for line in capfd.readouterr().err.splitlines() if line.startswith("{")]
    assert token not in json.dumps(said)
    request = next(line for line in said if line.get("endpoint") == "secret")
    assert (request["method"], request["status"], request["request_id"]) == ("GET", 500, answer.headers["X-Request-Id"])
    error = next(line for line in said if line.get("error") == "IndexError")
    assert any("stub.py" in place for place in error["places"])
