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

    What counts is CPU seconds of all its processes until it is ready: what a free processor needs, whatever else this machine does.
    """
    report = Report("start")
    times: list[tuple[float, float]] = []
    memory: dict[str, float] = {}
    with installation("harbour") as house:
        for _ in range(starts):
            seconds, cpu, memory = _once(house.settings.home)
            times.append((seconds, cpu))
    seconds, cpu = sorted(times, key=lambda each: each[1])[starts // 2]
    report.figures |= {"ready_wall_seconds": round(seconds, 2), **{f"{name}_mb": round(value, 1) for name, value in memory.items()}}
    report.at_most("CPU seconds until serve is ready", cpu, READY_SECONDS)
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
