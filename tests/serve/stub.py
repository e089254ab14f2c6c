"""A small stand-in application, served by the real web process: `python tests/serve/stub.py web --home H --port P`.

It replaces `vtclinic.app` only, so that patching, serving, signals and leaving are the real ones.
"""

from __future__ import annotations

import sys

from vtclinic.serve import runtime

if __name__ == "__main__":
    if sys.argv[1] == "web":
        runtime.patch()
        # The instance itself keeps SQLite here, so the next line would leave PostgreSQL out.
        import psycopg
    runtime.leave_out_unused()

import os
import threading
import time
import types
from pathlib import Path

from flask import Flask
from flask_socketio import SocketIO

from vtclinic.core import blocking
from vtclinic.core.settings import Settings


def create_app(settings: Settings) -> Flask:
    """Pages that show how the process behaves."""
    app = Flask("stub")
    home = settings.home
    app.add_url_rule("/readyz", view_func=lambda: ("ready", 200 if not (home / "unready").exists() else 503), endpoint="ready")
    app.add_url_rule("/pid", view_func=lambda: str(os.getpid()), endpoint="pid")
    app.add_url_rule("/die", view_func=lambda: os._exit(9), endpoint="die")
    app.add_url_rule("/slow", view_func=lambda: _slow(home), endpoint="slow")
    app.add_url_rule("/database", view_func=lambda: _database(home), endpoint="database")
    app.add_url_rule("/busy", view_func=lambda: blocking.run_blocking(_compute), endpoint="busy")
    app.add_url_rule("/mode", view_func=lambda: f"{runtime.mode()} {settings.log_level}", endpoint="mode")
    app.add_url_rule("/secret/<word>", view_func=lambda word: word[99], endpoint="secret")
    return app


def _slow(home: Path) -> str:
    (home / "slow-began").touch()
    while not (home / "go-on").exists():
        time.sleep(0.02)
    return "finished"


def _database(home: Path) -> str:
    with psycopg.connect((home / "dsn").read_text()) as connection:
        connection.execute("select pg_sleep(1)")
    return "slept"


def _compute() -> str:
    # hashlib lets go of the interpreter, as argon2 does.
    __import__("hashlib").pbkdf2_hmac("sha256", b"x", b"y", 3_000_000)
    return "computed"


class _NoBus:
    def listen(self, *_: object) -> None:
        threading.Event().wait(3600)


def attach_sockets(app: Flask, settings: Settings) -> None:
    """Socket.IO with one event."""
    app.extensions["vt.bus"] = _NoBus()
    socketio = SocketIO(app, async_mode=settings.async_mode, manage_session=False)
    socketio.on_event("echo", lambda data: data)


def open_house(settings: Settings) -> None:
    """A worker that only works."""


if __name__ == "__main__":
    kind = sys.argv.pop(1)
    sys.modules["vtclinic.app"] = stand_in = types.ModuleType("vtclinic.app")
    stand_in.__dict__.update(create_app=create_app, attach_sockets=attach_sockets, open_house=open_house)
    if kind == "web":
        from vtclinic.serve import web

        web.main()
    else:
        from vtclinic.core import jobs
        from vtclinic.core.settings import load_settings
        from vtclinic.serve import worker

        stand_in.__dict__["open_house"] = lambda settings: jobs.configure(load_settings(settings.home))
        worker.open_house = stand_in.__dict__["open_house"]
        worker.main()
