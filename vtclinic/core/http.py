"""The one way out: every connection to another server by HTTP starts here.

Addresses come from people (a calendar's, a browser's push service), so none is trusted. A name is looked up once, each of its addresses
must be of the open Internet, and the connection goes to the very address that was checked: a name that answers differently a moment later
(DNS rebinding) changes nothing. Certificate and `Host` are still those of the name. Proxies of the environment and netrc are not read.
Sizes and times are bounded, and a redirect is a new address to check. Never call this inside a unit of work that writes.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from time import monotonic
from urllib.parse import urljoin

from certifi import where

from vtclinic.core.addresses import is_loopback, is_public
from vtclinic.core.settings import Settings
from vtclinic.core.urls import NotFetched, Place, place_of

CHUNK = 16 * 1024
MOST_ADDRESSES = 4
MOVED = frozenset({301, 302, 303, 307, 308})
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PROPFIND", "REPORT"})
# Secrets of one server are not for the next.
_OWN_HEADERS = frozenset({"authorization", "cookie"})
_OUR_HEADERS = frozenset({"host", "connection", "content-length", "transfer-encoding", "accept-encoding"})


@dataclass(frozen=True)
class Limits:
    """What one request may take: seconds, bytes of the body, redirects followed, ports.

    `connect` bounds reaching the server, `read` each silence, `total` everything after the name was looked up, redirects included.
    """

    connect: float = 5.0
    read: float = 10.0
    total: float = 30.0
    size: int = 1024 * 1024
    redirects: int = 0
    ports: frozenset[int] = frozenset({443})


@dataclass(frozen=True)
class Answer:
    """What a server said. `headers` have lower-case names; `url` is where it came from in the end."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str


@dataclass(frozen=True)
class _Wiring:
    loopback: bool = False


@dataclass(frozen=True)
class _Target(Place):
    """One checked address, and where to connect."""

    addresses: tuple[str, ...]


@dataclass(frozen=True)
class _Ask:
    method: str
    url: str
    body: bytes
    headers: Mapping[str, str]


_DEFAULT = Limits()
_wiring = _Wiring()


def configure(settings: Settings) -> None:
    """Take the installation's settings; until then, and outside demos and tests, this machine itself is out of reach."""
    global _wiring
    _wiring = _Wiring(settings.outbound_loopback and settings.env != "production")


def get(url: str, headers: Mapping[str, str] | None = None, *, limits: Limits = _DEFAULT) -> Answer:
    """Fetch an address; raises NotFetched. An answer of any status is an answer."""
    return request("GET", url, headers=headers, limits=limits)


def post(url: str, body: bytes, headers: Mapping[str, str] | None = None, *, limits: Limits = _DEFAULT) -> Answer:
    """Send something to an address; raises NotFetched."""
    return request("POST", url, body=body, headers=headers, limits=limits)


def request(method: str, url: str, *, body: bytes = b"", headers: Mapping[str, str] | None = None, limits: Limits = _DEFAULT) -> Answer:
    """Do one request and follow `limits.redirects` more; raises NotFetched.

    The caller checks status and media type. A redirect beyond the limit is returned when none is allowed, and refused when some were.
    """
    if method not in METHODS:
        raise ValueError("a method of HTTP")
    until, sent = monotonic() + limits.total, {name.lower(): value for name, value in (headers or {}).items() if name.lower() not in _OUR_HEADERS}
    target = check(url, limits)
    for left in range(limits.redirects, -1, -1):
        answer = _exchange(_Ask(method, url, body, sent), target, limits, until)
        onward = answer.headers.get("location", "")
        if answer.status not in MOVED or not onward or not limits.redirects:
            return answer
        if not left:
            break
        url, before = urljoin(url, onward), target
        target = check(url, limits)
        if target.origin != before.origin:
            sent = {name: value for name, value in sent.items() if name not in _OWN_HEADERS}
        if answer.status == http.HTTPStatus.SEE_OTHER:
            method, body = "GET", b""
    raise NotFetched("redirect")


def check(url: str, limits: Limits = _DEFAULT) -> _Target:
    """Look an address up and refuse it where it must not lead; raises NotFetched. No connection is made."""
    place = place_of(url)
    found = _look_up(place.host, place.port)
    target = _Target(place.secure, place.host, place.port, place.path, found)
    if _wiring.loopback and all(is_loopback(address) for address in found):
        return target
    if not place.secure:
        raise NotFetched("url")
    if not all(is_public(address) for address in found):
        raise NotFetched("address")
    if place.port not in limits.ports:
        raise NotFetched("port")
    return target


def _look_up(host: str, port: int) -> tuple[str, ...]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NotFetched("name") from None
    addresses = tuple(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not addresses:
        raise NotFetched("name")
    return addresses


class _Deadline:
    """Ends a connection when the request's time is over, however slowly the server drips."""

    def __init__(self, line: socket.socket, until: float) -> None:
        self.passed = False
        self._line = line
        self._timer = threading.Timer(max(0.0, until - monotonic()), self._end)
        self._timer.daemon = True

    def _end(self) -> None:
        self.passed = True
        with suppress(OSError):
            self._line.shutdown(socket.SHUT_RDWR)

    def __enter__(self) -> _Deadline:
        self._timer.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._timer.cancel()


class _Reached(http.client.HTTPConnection):
    """A connection that is made already."""

    def __init__(self, line: socket.socket, target: _Target) -> None:
        super().__init__(target.host, target.port)
        self.default_port = 443 if target.secure else 80
        self.sock = line
        self.auto_open = 0


def _exchange(ask: _Ask, target: _Target, limits: Limits, until: float) -> Answer:
    line = _connect(target, limits, until)
    connection = _Reached(line, target)
    try:
        with _Deadline(line, until) as deadline:
            try:
                answer = _converse(connection, ask, target, limits)
            except (OSError, http.client.HTTPException, ValueError) as error:
                raise NotFetched("time" if deadline.passed or isinstance(error, TimeoutError) else "protocol") from None
        if deadline.passed:
            raise NotFetched("time")
        return answer
    finally:
        connection.close()
        line.close()


def _connect(target: _Target, limits: Limits, until: float) -> socket.socket:
    reason = "connect"
    for address in target.addresses[:MOST_ADDRESSES]:
        seconds = min(limits.connect, until - monotonic())
        if seconds <= 0:
            raise NotFetched("time")
        line = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
        try:
            line.settimeout(seconds)
            line.connect((address, target.port))
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if target.secure:
                line = _context().wrap_socket(line, server_hostname=target.host)
            line.settimeout(limits.read)
        except OSError as error:
            line.close()
            reason = "certificate" if isinstance(error, ssl.SSLCertVerificationError) else "connect"
        except BaseException:
            line.close()
            raise
        else:
            return line
    raise NotFetched(reason)


@cache
def _context() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.load_verify_locations(where())  # beside the system's own: some Pythons come without
    return context


def _converse(connection: _Reached, ask: _Ask, target: _Target, limits: Limits) -> Answer:
    fixed = {"accept-encoding": "identity", "connection": "close"}
    connection.request(ask.method, target.path, body=ask.body or None, headers={"user-agent": "vtclinic", **ask.headers, **fixed})
    with connection.getresponse() as response:
        headers = {name.lower(): value for name, value in response.getheaders()}
        if headers.get("content-encoding", "identity").lower() != "identity":
            # Nobody asked for a packed answer, and one may unpack to any size.
            raise NotFetched("protocol")
        return Answer(response.status, headers, _read(response, limits.size), ask.url)


def _read(response: http.client.HTTPResponse, most: int) -> bytes:
    if (response.length or 0) > most:
        raise NotFetched("size")
    parts: list[bytes] = []
    size = 0
    while part := response.read(CHUNK):
        parts.append(part)
        size += len(part)
        if size > most:
            raise NotFetched("size")
    if response.length:
        raise ConnectionError("it broke off")
    return b"".join(parts)
