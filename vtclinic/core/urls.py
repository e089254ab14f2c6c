"""Addresses on somebody's word, read strictly before anything is looked up; and why nothing came of asking one."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from vtclinic.core.errors import ClinicError
from vtclinic.core.i18n import lazy as _

LONGEST_URL = 4096
_WORDS = {  # by reason
    "url": _("The address is not a web address that begins with https."),
    "port": _("The address names a port that is not allowed."),
    "address": _("The address leads to a place that is not on the open Internet."),
    "name": _("No server has this name."),
    "connect": _("The server did not take the connection."),
    "certificate": _("The server could not prove who it is."),
    "time": _("The server took too long."),
    "size": _("The server sent too much."),
    "redirect": _("The server sent us on to another address."),
    "protocol": _("The server did not answer as a web server does."),
}


class NotFetched(ClinicError):
    """Nothing came of a request; `reason` is one of url, port, address, name, connect, certificate, time, size, redirect, protocol.

    It names no address: an address can be a secret.
    """

    status = 502

    def __init__(self, reason: str) -> None:
        super().__init__(str(_WORDS[reason]))
        self.reason = reason

    @property
    def lasting(self) -> bool:
        """Tell whether trying again is of no use before somebody changes the address."""
        return self.reason in {"url", "port", "address", "redirect"}


@dataclass(frozen=True)
class Place:
    """What an address names: the scheme, the name as written, the port and what to ask for."""

    secure: bool
    host: str
    port: int
    path: str

    @property
    def origin(self) -> tuple[bool, str, int]:
        """Return what two addresses of one server share."""
        return self.secure, self.host, self.port


def place_of(url: str) -> Place:
    """Read an address; raises NotFetched where it is none of the web's, or could be read in two ways."""
    parts = _split(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Place(parts.scheme == "https", _host(parts), _port(parts), path)


def _split(url: str) -> SplitResult:
    # Whatever two readers of addresses could take differently (blanks, backslashes, names in other scripts) is refused, not repaired.
    if len(url) > LONGEST_URL or not url.isascii() or any(mark <= " " or mark in '\\\x7f<>"' for mark in url):
        raise NotFetched("url")
    try:
        parts = urlsplit(url)
    except ValueError:
        raise NotFetched("url") from None
    if parts.scheme not in ("https", "http") or "@" in parts.netloc or "%" in parts.netloc:
        raise NotFetched("url")
    return parts


def _host(parts: SplitResult) -> str:
    host = (parts.hostname or "").rstrip(".")
    if not host or not all(mark.isalnum() or mark in ".-_:" for mark in host):
        raise NotFetched("url")
    return host


def _port(parts: SplitResult) -> int:
    try:
        return parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        raise NotFetched("url") from None
