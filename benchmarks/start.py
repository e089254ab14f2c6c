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


def run() -> dict[str, Any]:
    """Start the supervisor three times; the middle time counts, memory is read after some requests."""
    report = Report("start")
    times, memory = [], {}
    with installation("harbour") as house:
        for _ in range(3):
            seconds, cpu, memory = _once(house.settings.home)
            times.append((seconds, cpu))
    seconds, cpu = sorted(times)[1]
    report.figures |= {"ready_seconds": round(seconds, 2), "cpu_seconds_until_ready": round(cpu, 2), **{f"{name}_mb": round(value, 1) for name, value in memory.items()}}
    report.at_most("seconds until serve is ready", seconds, READY_SECONDS)
    report.at_most("web process, MB", memory["web"], WEB_MB)
    report.at_most("worker process, MB", memory["worker"], WORKER_MB)
    return report.as_dict()


def _once(home: Path) -> tuple[float, float, dict[str, float]]:
    port = free_port()
    command = [sys.executable, "-m", "vtclinic.cli", "--home", str(home), "serve", "--port", str(port)]
    began = time.monotonic()
    process = subprocess.Popen(command, cwd=ROOT, env=child_environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_ready(port, process)
        seconds = time.monotonic() - began
        children = _children(process.pid)
        cpu = cpu_seconds(process.pid) + sum(cpu_seconds(pid) for pid in children.values())
        Load(port, connections=8).run([Ask("/sign-in", "harbour.test"), Ask("/", "harbour.test")], WARM_UP)
        return seconds, cpu, {name: resident_mb(pid) for name, pid in children.items()}
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
