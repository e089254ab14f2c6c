"""Ports of this machine: is one free, does somebody answer on it; and the exit codes of the serving processes."""

from __future__ import annotations

import errno
import http.client
import socket

from vtclinic.core.errors import ClinicError

FAILED = 1
CANNOT_START = 3
PORT_TAKEN = 4


class CannotStart(ClinicError):
    """The instance cannot serve as it is; starting it again would not help."""

    def __init__(self, message: str, *, hint: str = "", exit_code: int = CANNOT_START) -> None:
        super().__init__(message, hint=hint)
        self.exit_code = exit_code


def free_port(host: str = "127.0.0.1") -> int:
    """Return a port that was free a moment ago."""
    with _socket(host) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def check_free(host: str, port: int) -> None:
    """Raise CannotStart when `port` cannot be listened on."""
    with _socket(host) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise explain(error, host, port) from error


def explain(error: OSError, host: str, port: int) -> CannotStart:
    """Turn a refused bind into one sentence."""
    if error.errno == errno.EADDRINUSE:
        sentence, hint = f"Port {port} is in use by another program.", "Choose another with --port, or stop that program."
    elif error.errno == errno.EACCES:
        sentence, hint = f"This user may not listen on port {port}.", "Choose one above 1023 with --port; a proxy can pass 443 on to it."
    else:
        sentence, hint = f"vtclinic cannot listen on {host} port {port}: {error.strerror}.", "Check the setting bind."
    return CannotStart(sentence, hint=hint, exit_code=PORT_TAKEN)


def answers(host: str, port: int, path: str, *, timeout: float = 2.0) -> bool:
    """Tell whether our own process answers 200 on `path`; asks this machine only."""
    connection = http.client.HTTPConnection(reachable(host), port, timeout=timeout)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def reachable(host: str) -> str:
    """The address at which something bound to `host` is reached from this machine."""
    return {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound


def _socket(host: str) -> socket.socket:
    return socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
