"""Green threads: the only file that names eventlet or gevent, so that either can be left one day.

`patch()` is the first statement of the web process, before anything else is imported.
"""

from __future__ import annotations

import importlib
import os
import socket
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

MODES = ("eventlet", "gevent")
# Argon2 runs in real threads; more of them than this would only take memory from each other.
BLOCKING_THREADS = 4
IDLE_SECONDS = 75
BY_SETTING = {"VTCLINIC_REDIS_URL": "redis", "VTCLINIC_DATABASE_URL": "psycopg"}
URL_LIMIT = 8192


class _Current:
    mode = ""


def chosen_mode() -> str:
    """The mode asked for by `VTCLINIC_ASYNC_MODE`; the supervisor sets it from the settings."""
    mode = os.environ.get("VTCLINIC_ASYNC_MODE") or MODES[0]
    if mode not in MODES:
        sys.exit(f"VTCLINIC_ASYNC_MODE is {mode!r}; it can be {' or '.join(MODES)}.")
    return mode


def patch(mode: str = "") -> None:
    """Make the standard library's sockets, locks, threads and sleep green in this process."""
    _Current.mode = mode or chosen_mode()
    if _Current.mode == "eventlet":
        # Its maintainers discourage new use and say so at import. docs/adr/0001 weighs that; the warning is no news at every start.
        warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")
        os.environ.setdefault("EVENTLET_THREADPOOL_SIZE", str(BLOCKING_THREADS))
        if all(os.environ.get(key) == "" for key in BY_SETTING):
            # Nothing to look up: files alone, and mail is the worker's. Green look-ups cost half a second at each start.
            os.environ.setdefault("EVENTLET_NO_GREENDNS", "yes")
        _module("eventlet").monkey_patch()
    else:
        _module("gevent.monkey").patch_all()
        _module("gevent").get_hub().threadpool_size = BLOCKING_THREADS
    configure_drivers()


def leave_out_unused() -> None:
    """Refuse imports that our libraries try on the chance that they are of use: a second and 30 MB of each process.

    The other green-thread library (huey asks for gevent), the client's half of Socket.IO (requests, websocket), coloured tracebacks (structlog asks for rich, mako for pygments),
    and Redis and PostgreSQL (huey asks for both) where the supervisor says that none is configured.
    """
    unused = {*MODES, "requests", "websocket", "rich", "pygments"} - {_Current.mode}
    unused |= {module for key, module in BY_SETTING.items() if os.environ.get(key) == ""}
    for name in unused - sys.modules.keys():
        sys.modules[name] = None  # type: ignore[assignment] # the import system's own way to say: not here


def configure_drivers() -> None:
    """Make psycopg wait through green sockets; must run before psycopg is imported.

    Its default waits in C and stops every other request meanwhile (4.6 requests a second instead of 100).
    """
    os.environ["PSYCOPG_WAIT_FUNC"] = "wait_selector"


def mode() -> str:
    """The mode patched in, or `threading` in a process that was not."""
    return _Current.mode or "threading"


def _module(name: str) -> Any:
    return importlib.import_module(name)


def listen(host: str, port: int) -> socket.socket:
    """Open the listening socket (a green one once patched); raises OSError when the port is taken. Port 0 takes any free one."""
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(512)
    except OSError:
        listener.close()
        raise
    return listener


class Server:
    """Answers one listening socket until `stop_accepting`."""

    def __init__(self, listener: Any, app: Callable[..., Any]) -> None:
        self._listener, self._app = listener, app
        self._gevent_server: Any = None
        self._eventlet_thread: Any = None

    def start(self) -> None:
        """Begin to answer, in green threads of their own."""
        if mode() == "gevent":
            handler = _module("geventwebsocket.handler").WebSocketHandler
            server = _module("gevent.pywsgi").WSGIServer(self._listener, self._app, handler_class=handler, log=None, error_log=sys.stderr)
            server.start()
            self._gevent_server = server
            return
        eventlet, wsgi = _module("eventlet"), _module("eventlet.wsgi")
        self._eventlet_thread = eventlet.spawn(
            wsgi.server,
            self._listener,
            self._app,
            log_output=False,
            debug=False,
            max_size=10_000,
            keepalive=IDLE_SECONDS,
            socket_timeout=IDLE_SECONDS,
            url_length_limit=URL_LIMIT,
        )

    def stop_accepting(self) -> None:
        """Take no new connection; what is being answered goes on."""
        if self._gevent_server is not None:
            self._gevent_server.stop_accepting()
            self._gevent_server.close()
        elif self._eventlet_thread is not None:
            # Ends the accept loop only: each connection has its own green thread.
            self._eventlet_thread.kill()
            self._listener.close()


def sleep(seconds: float = 0) -> None:
    """Let others run; `sleep(0)` once per request keeps a busy process fair."""
    if mode() == "eventlet":
        _module("eventlet").sleep(seconds)
    elif mode() == "gevent":
        _module("gevent").sleep(seconds)
    else:
        time.sleep(seconds)


def spawn(work: Callable[..., Any], *args: Any) -> Any:
    """Run `work` in a green thread."""
    return _module(mode()).spawn(work, *args)


def lock() -> Any:
    """A lock that lets other green threads run while one waits."""
    # Patched: the standard library's own lock is green by now.
    return _module("threading").Lock()


def run_blocking(work: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Run pure computation in a real thread and wait for it greenly."""
    if mode() == "eventlet":
        return _module("eventlet.tpool").execute(work, *args, **kwargs)
    if mode() == "gevent":
        return _module("gevent").get_hub().threadpool.apply(work, args, kwargs)
    return work(*args, **kwargs)
