"""A web server on this machine that says exactly the bytes a test wants, as slowly as it wants."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

Reply = Callable[["Asked", socket.socket], None]


@dataclass(frozen=True)
class Asked:
    """One request: method, path, headers in lower case, body."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Web:
    """A running server and what it was asked."""

    port: int
    asked: list[Asked] = field(default_factory=list)
    done: threading.Event = field(default_factory=threading.Event)

    def url(self, path: str = "/", *, host: str = "127.0.0.1", scheme: str = "http") -> str:
        """Return an address on it."""
        return f"{scheme}://{host}:{self.port}{path}"


def say(status: int = 200, body: bytes = b"", **headers: str) -> bytes:
    """Return a whole answer; header names are written with underscores."""
    lines = [f"HTTP/1.1 {status} Said", *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items())]
    if not any(line.lower().startswith(("content-length", "transfer-encoding")) for line in lines):
        lines.append(f"Content-Length: {len(body)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


def answering(*answers: bytes) -> Reply:
    """Reply with these answers in turn, the last one for ever."""
    waiting = list(answers)

    def reply(_asked: Asked, line: socket.socket) -> None:
        line.sendall(waiting.pop(0) if len(waiting) > 1 else waiting[0])

    return reply


@contextmanager
def serving(reply: Reply, *, tls: ssl.SSLContext | None = None) -> Iterator[Web]:
    """Run a server whose every request is answered by `reply`."""
    listener = socket.create_server(("127.0.0.1", 0))
    web = Web(listener.getsockname()[1])
    threads: list[threading.Thread] = []

    def handle(plain: socket.socket) -> None:
        with suppress(OSError), plain:
            line = tls.wrap_socket(plain, server_side=True) if tls else plain
            with line:
                asked = _read(line)
                if asked is not None:
                    web.asked.append(asked)
                    reply(asked, line)

    def accept() -> None:
        with suppress(OSError):
            while True:
                plain, _ = listener.accept()
                plain.settimeout(10)
                threads.append(threading.Thread(target=handle, args=(plain,), daemon=True))
                threads[-1].start()

    accepting = threading.Thread(target=accept, daemon=True)
    accepting.start()
    try:
        yield web
    finally:
        web.done.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for thread in (accepting, *threads):
            thread.join(5)


def _read(line: socket.socket) -> Asked | None:
    data = b""
    while b"\r\n\r\n" not in data:
        part = line.recv(65536)
        if not part:
            return None
        data += part
    head, _, body = data.partition(b"\r\n\r\n")
    first, *rest = head.decode("latin-1").split("\r\n")
    headers = {name.strip().lower(): value.strip() for name, _, value in (row.partition(":") for row in rest)}
    while len(body) < int(headers.get("content-length", 0)):
        body += line.recv(65536)
    method, path, _version = first.split(" ")
    return Asked(method, path, headers, body)
