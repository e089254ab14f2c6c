"""How long `serve` takes to be ready, and how much memory web and worker hold."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks._installation import ROOT, child_environment, free_port, installation, wait_ready
from benchmarks._machine import Ask, Load, cpu_seconds, resident_mb
from benchmarks._report import Report

READY_SECONDS, WEB_MB, WORKER_MB = 4.0, 170.0, 120.0
WARM_UP = 64


def run(starts: int = 3) -> dict[str, Any]:
    """Start the supervisor some times; the middle one counts, memory is read after some requests.

    What counts is the CPU seconds of the supervisor and, after it, of the web process: what they need in a row on a free processor, whatever
    else this machine does. The worker starts beside them and nothing waits for it.
    """
    report = Report("start")
    times: list[tuple[float, dict[str, float]]] = []
    memory: dict[str, float] = {}
    with installation("harbour") as house:
        for _ in range(starts):
            seconds, spent, memory = _once(house.settings.home)
            times.append((seconds, spent))
    seconds, spent = sorted(times, key=lambda each: _until_ready(each[1]))[starts // 2]
    report.figures |= {"ready_wall_seconds": round(seconds, 2), **{f"{name}_cpu_seconds": round(value, 2) for name, value in spent.items()}, **{f"{name}_mb": round(value, 1) for name, value in memory.items()}}
    report.at_most("CPU seconds until serve is ready", _until_ready(spent), READY_SECONDS)
    report.at_most("web process, MB", memory["web"], WEB_MB)
    report.at_most("worker process, MB", memory["worker"], WORKER_MB)
    return report.as_dict()


def _until_ready(spent: dict[str, float]) -> float:
    return spent["supervisor"] + spent["web"]


def _once(home: Path) -> tuple[float, dict[str, float], dict[str, float]]:
    port = free_port()
    command = [sys.executable, "-m", "vtclinic.cli", "--home", str(home), "serve", "--port", str(port)]
    began = time.monotonic()
    process = subprocess.Popen(command, cwd=ROOT, env=child_environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_ready(port, process)
        seconds = time.monotonic() - began
        children = _children(process.pid)
        each = {name: cpu_seconds(pid) for name, pid in {"supervisor": process.pid, **children}.items()}
        Load(port, connections=8).run([Ask("/sign-in", "harbour.test"), Ask("/", "harbour.test")], WARM_UP)
        return seconds, each, {name: resident_mb(pid) for name, pid in children.items()}
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=40)


def _children(pid: int) -> dict[str, int]:
    found = {}
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        command = Path(f"/proc/{child}/cmdline").read_text()
        for name in ("web", "worker"):
            if f"vtclinic.serve.{name}\0" in command:
                found[name] = int(child)
    return found
