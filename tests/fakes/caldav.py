"""A small CalDAV server: one account with a principal, a home and some calendars; it sends entries as they are, as many real ones do."""

from __future__ import annotations

import re
import socket
from base64 import b64encode
from dataclasses import dataclass, field

from tests.fakes.web import Asked, say

HEAD = '<?xml version="1.0" encoding="utf-8"?><d:multistatus xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav">'
CALENDAR = "<d:collection/><c:calendar/>"
OPAQUE, TRANSPARENT = "", "<c:schedule-calendar-transp><c:transparent/></c:schedule-calendar-transp>"
EVENTS, TASKS = '<c:comp name="VEVENT"/>', '<c:comp name="VTODO"/>'


@dataclass
class Account:
    """What the server holds; `calendars` maps a name to files, kind of component and whether it takes time."""

    user: str = "amara"
    password: str = "app-password"
    calendars: dict[str, tuple[list[str], str, str]] = field(default_factory=dict)

    def __call__(self, asked: Asked, line: socket.socket) -> None:
        """Answer one request."""
        line.sendall(self.answer(asked))

    def answer(self, asked: Asked) -> bytes:
        """Return the bytes of an answer."""
        given = b64encode(f"{self.user}:{self.password}".encode()).decode()
        if asked.headers.get("authorization") != f"Basic {given}":
            return say(401, b"", WWW_Authenticate='Basic realm="calendar"')
        if asked.path == "/.well-known/caldav":
            return say(301, b"", Location="/dav/")
        if asked.method == "PROPFIND":
            return self._found(asked)
        if asked.method == "REPORT" and (known := self.calendars.get(asked.path.strip("/").split("/")[-1])):
            return _multi("".join(f"<d:response><d:href>{asked.path}{number}.ics</d:href>{_props(_data(text))}</d:response>" for number, text in enumerate(known[0])))
        return say(404)

    def _found(self, asked: Asked) -> bytes:
        if asked.path == "/dav/":
            return _multi(_entry("/dav/", "<d:collection/>", "<d:current-user-principal><d:href>/dav/people/amara/</d:href></d:current-user-principal>"))
        if asked.path == "/dav/people/amara/":
            return _multi(_entry(asked.path, "<d:principal/>", "<c:calendar-home-set><d:href>/dav/calendars/</d:href></c:calendar-home-set>"))
        if asked.path == "/dav/calendars/":
            rows = [_entry(f"/dav/calendars/{name}/", CALENDAR, f"<c:supported-calendar-component-set>{kind}</c:supported-calendar-component-set>{free}") for name, (_files, kind, free) in self.calendars.items()]
            return _multi(_entry("/dav/calendars/", "<d:collection/>", "") + ("".join(rows) if asked.headers.get("depth") == "1" else ""))
        name = re.fullmatch(r"/dav/calendars/(\w+)/", asked.path)
        return _multi(_entry(asked.path, CALENDAR, "")) if name and name[1] in self.calendars else say(404)


def _data(text: str) -> str:
    return f"<c:calendar-data>{text.replace('&', '&amp;').replace('<', '&lt;')}</c:calendar-data>"


def _entry(path: str, kind: str, more: str) -> str:
    return f"<d:response><d:href>{path}</d:href>{_props(f'<d:resourcetype>{kind}</d:resourcetype>{more}')}</d:response>"


def _props(inside: str) -> str:
    return f"<d:propstat><d:prop>{inside}</d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat>"


def _multi(inside: str) -> bytes:
    return say(207, f"{HEAD}{inside}</d:multistatus>".encode(), Content_Type="application/xml")
