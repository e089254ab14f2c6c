"""The web process: Flask and Socket.IO on green threads, one port, `python -m vtclinic.serve.web --home H --port P`."""

from __future__ import annotations

from vtclinic.serve import runtime

if __name__ == "__main__":
    # Before any other import: whatever was imported earlier keeps its blocking sockets and locks.
    runtime.patch()
    runtime.leave_out_unused()

import argparse
import logging
import os
import resource
import signal
import sys
import time
from pathlib import Path
from typing import Any

from flask import Flask

from vtclinic.app import attach_sockets, create_app
from vtclinic.core import blocking, logs, sockets, uow
from vtclinic.core.errors import ClinicError
from vtclinic.core.settings import Settings, load_settings
from vtclinic.identity.sessions import is_live
from vtclinic.serve import drain
from vtclinic.serve.ports import CANNOT_START, CannotStart, explain

WATCH_SECONDS = 0.1
SWEEP_SECONDS = 30.0
MOST_FILES = 16_384

# By name: as the started module it would be called __main__.
log = logging.getLogger("vtclinic.serve.web")


class _Stop:
    asked = False


def arguments(process: str) -> argparse.Namespace:
    """Read what the supervisor says to its children."""
    parser = argparse.ArgumentParser(prog=f"vtclinic.serve.{process}")
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--parent", type=int, default=0, help="end when this process is no longer the parent")
    return parser.parse_args()


def serve(settings: Settings, *, port: int, parent: int) -> None:
    """Answer on one port until asked to stop or left alone by the supervisor."""
    if settings.async_mode != runtime.mode():
        raise CannotStart(f"This process runs {runtime.mode()}, but the setting async_mode is {settings.async_mode}.")
    blocking.set_runner(runtime.run_blocking)
    app = create_app(settings)
    logs.install(app)
    attach_sockets(app, settings)
    requests = drain.Requests(app)
    try:
        listener = runtime.listen(settings.bind, port)
    except OSError as error:
        raise explain(error, settings.bind, port) from error
    server = runtime.Server(listener, requests)
    server.start()
    if not settings.redis_url:
        runtime.spawn(pass_signals_on, app)
    runtime.spawn(cut_ended_sign_ins, app)
    log.info("serving", extra={"port": port, "pid": os.getpid()})
    while not _Stop.asked and parent in (0, os.getppid()):
        runtime.sleep(WATCH_SECONDS)
    leave(server, requests, app.extensions["socketio"])


def pass_signals_on(app: Flask) -> None:
    """Carry what the worker and other web processes signal to this process's browsers, for as long as it runs."""
    socketio = app.extensions["socketio"]
    while not _Stop.asked:
        try:
            app.extensions["vt.bus"].listen(
                lambda room, event, payload: socketio.emit(event, payload, to=room),
                runtime.sleep,
                lambda: not _Stop.asked,
            )
        except Exception:
            # A signal is a courtesy; what it announces is stored. Look again rather than go deaf.
            log.exception("signals could not be read")
            runtime.sleep(1)


def cut_ended_sign_ins(app: Flask) -> None:
    """Close open sockets of people who signed out or were signed out elsewhere, twice a minute."""
    while not _Stop.asked:
        runtime.sleep(SWEEP_SECONDS)
        try:
            if count := sockets.sweep_sockets(app.extensions["socketio"], is_live):
                log.info("sockets of ended sign-ins closed", extra={"count": count})
        except Exception:
            log.exception("open sockets could not be checked")


def leave(server: runtime.Server, requests: drain.Requests, socketio: Any) -> None:
    """Stop within STOP_SECONDS: sockets told, no new connections, answers under way finished."""
    began = time.monotonic()
    # First of all, since the end of accepting closes connections that look idle, and a quiet WebSocket does.
    drain.tell_sockets(socketio)
    server.stop_accepting()
    drain.close_sockets(socketio)
    finished = requests.wait(drain.STOP_SECONDS - (time.monotonic() - began))
    uow.engines().dispose()
    log.info("stopped" if finished else "stopped with answers under way", extra={"seconds": round(time.monotonic() - began, 1)})


def _ask_to_stop(*_: object) -> None:
    # Only a flag: a signal may arrive inside the event loop, where nothing else is safe.
    _Stop.asked = True


def _allow_files() -> None:
    """Use as many open files as the system lets us: each open clinic takes three, each browser one, and the usual 1024 are few."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, MOST_FILES) if most != resource.RLIM_INFINITY else MOST_FILES, most))


def main() -> None:
    """Run until told to stop; one sentence on stderr when it cannot start."""
    given = arguments("web")
    for wanted in (signal.SIGTERM, signal.SIGINT):
        signal.signal(wanted, _ask_to_stop)
    _allow_files()
    try:
        settings = load_settings(given.home)
        logs.configure(f"web:{given.port}", settings.log_level)
        serve(settings, port=given.port, parent=given.parent)
    except ClinicError as error:
        sys.stderr.write(f"{error.message} {error.hint}".strip() + "\n")
        sys.stderr.flush()
        os._exit(getattr(error, "exit_code", CANNOT_START))
    sys.stderr.flush()
    # Green threads of half-open connections would hold an ordinary exit back.
    os._exit(0)


if __name__ == "__main__":
    main()
