"""The worker process: runs the queued jobs in ordinary threads, `python -m vtclinic.serve.worker --home H`."""

from __future__ import annotations

from vtclinic.serve import runtime

if __name__ == "__main__":
    runtime.leave_out_unused()

import argparse
import logging
import os
import signal
import sys
import threading
from pathlib import Path

from vtclinic.app import open_house
from vtclinic.core import jobs, logs, sockets, uow
from vtclinic.core.bus import Bus
from vtclinic.core.errors import ClinicError
from vtclinic.core.settings import load_settings
from vtclinic.serve.ports import CANNOT_START

WATCH_SECONDS = 0.5

# By name: as the started module it would be called __main__.
log = logging.getLogger("vtclinic.serve.worker")


def main() -> None:
    """Work until told to stop; one sentence on stderr when it cannot start."""
    parser = argparse.ArgumentParser(prog="vtclinic.serve.worker")
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--parent", type=int, default=0, help="end when this process is no longer the parent")
    given = parser.parse_args()
    try:
        settings = load_settings(given.home)
        logs.configure("worker", settings.log_level)
        open_house(settings)
        sockets.set_emitter(sockets.worker_emitter(settings.redis_url, Bus(settings.home)))
    except ClinicError as error:
        sys.stderr.write(f"{error.message} {error.hint}".strip() + "\n")
        sys.exit(CANNOT_START)
    if given.parent:
        threading.Thread(target=_follow, args=(given.parent,), name="parent", daemon=True).start()
    log.info("working", extra={"pid": os.getpid()})
    jobs.run_worker(threads=settings.worker_threads)
    uow.engines().dispose()
    log.info("stopped")


def _follow(parent: int) -> None:
    """End this process the ordinary way when the supervisor is gone."""
    pause = threading.Event()
    while os.getppid() == parent:
        pause.wait(WATCH_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
