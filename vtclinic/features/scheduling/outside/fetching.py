"""Get a calendar's files from where it lies: one file at an address, or an account by CalDAV (RFC 4791, RFC 6764)."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from time import monotonic
from urllib.parse import urljoin, urlsplit
from xml.etree import ElementTree

from vtclinic.core import http
from vtclinic.core.http import Answer, Limits
from vtclinic.core.urls import NotFetched
from vtclinic.features.scheduling.outside.models import Kind
from vtclinic.features.scheduling.outside.problems import NotRead

LIMITS = Limits(connect=8, read=15, total=40, size=5 * 1024 * 1024, redirects=3, ports=frozenset({443, 8443}))
SECONDS = 120
MOST_CALENDARS = 20
_STAMP = "%Y%m%dT%H%M%SZ"
_D, _C = "{DAV:}", "{urn:ietf:params:xml:ns:caldav}"
_PROPS = (
    '<?xml version="1.0" encoding="utf-8"?><d:propfind xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:prop><d:resourcetype/><d:current-user-principal/>'
    "<c:calendar-home-set/><c:supported-calendar-component-set/><c:schedule-calendar-transp/></d:prop></d:propfind>"
)
_QUERY = (
    '<?xml version="1.0" encoding="utf-8"?><c:calendar-query xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:prop><c:calendar-data><c:expand start="{0}" end="{1}"/>'
    '</c:calendar-data></d:prop><c:filter><c:comp-filter name="VCALENDAR"><c:comp-filter name="VEVENT"><c:time-range start="{0}" end="{1}"/></c:comp-filter></c:comp-filter>'
    "</c:filter></c:calendar-query>"
)


@dataclass(frozen=True)
class Source:
    """Where a calendar lies and what opens it."""

    kind: str
    address: str
    user_name: str = ""
    password: str = ""


def fetch(source: Source, start: datetime, end: datetime) -> list[str]:
    """Return calendar files that hold what happens in a stretch of time; raises NotRead."""
    try:
        return _file(source.address) if source.kind == Kind.ICS else _Account(source).files(start, end)
    except NotFetched as error:
        raise NotRead(error.reason) from None


def plain(address: str) -> str:
    """Return an address as it is fetched: calendar programs write webcal for https."""
    scheme, found, rest = address.strip().partition("://")
    return f"https://{rest}" if found and scheme.lower() in ("webcal", "webcals") else address.strip()


def _file(address: str) -> list[str]:
    answer = http.get(address, {"accept": "text/calendar, */*;q=0.1"}, limits=LIMITS)
    _check_status(answer, 200)
    text = _text(answer.body)
    if not text.lstrip().upper().startswith("BEGIN:VCALENDAR"):
        raise NotRead("kind")
    return [text]


class _Account:
    """One CalDAV account during one read; all its requests share one budget of time and size."""

    def __init__(self, source: Source) -> None:
        token = b64encode(f"{source.user_name}:{source.password}".encode()).decode()
        self._headers = {"authorization": f"Basic {token}", "content-type": 'application/xml; charset="utf-8"'}
        self._address = source.address
        self._until = monotonic() + SECONDS
        self._left = LIMITS.size * 2

    def files(self, start: datetime, end: datetime) -> list[str]:
        """Return the entries of all calendars of the account, or of the one calendar that the address names."""
        body = _QUERY.format(start.astimezone(UTC).strftime(_STAMP), end.astimezone(UTC).strftime(_STAMP))
        found: list[str] = []
        for url in self._calendars()[:MOST_CALENDARS]:
            answers = self._ask("REPORT", url, body, depth="1")[1]
            found += [text for each in answers for data in each.iter(f"{_C}calendar-data") if (text := (data.text or "").strip())]
        return found

    def _calendars(self) -> list[str]:
        url, entries = self._begin()
        own = next((entry for entry in entries if _is_calendar(entry)), None)
        if own is not None:
            return [url]
        homes = _hrefs(entries, f"{_C}calendar-home-set", url)
        for principal in _hrefs(entries, f"{_D}current-user-principal", url)[:1] if not homes else []:
            at, more = self._ask("PROPFIND", principal, _PROPS)
            homes = _hrefs(more, f"{_C}calendar-home-set", at)
        found: list[str] = []
        for home in (homes or [url])[:3]:
            at, listed = self._ask("PROPFIND", home, _PROPS, depth="1")
            found += [urljoin(at, href) for entry in listed if _is_calendar(entry) and _takes_time(entry) and (href := entry.findtext(f"{_D}href"))]
        if not found:
            raise NotRead("none")
        return list(dict.fromkeys(found))

    def _begin(self) -> tuple[str, list[ElementTree.Element]]:
        try:
            return self._ask("PROPFIND", self._address, _PROPS)
        except NotRead as error:
            known = urlsplit(self._address)
            if error.problem not in ("missing", "kind") or known.path.strip("/"):
                raise
            return self._ask("PROPFIND", urljoin(self._address, "/.well-known/caldav"), _PROPS)

    def _ask(self, method: str, url: str, body: str, *, depth: str = "0") -> tuple[str, list[ElementTree.Element]]:
        left = self._until - monotonic()
        if left <= 0:
            raise NotRead("time")
        limits = replace(LIMITS, total=min(LIMITS.total, left), size=min(LIMITS.size, self._left))
        answer = http.request(method, url, body=body.encode(), headers={**self._headers, "depth": depth}, limits=limits)
        self._left -= len(answer.body)
        _check_status(answer, 207)
        return answer.url, _responses(answer.body)


def _responses(body: bytes) -> list[ElementTree.Element]:
    if b"<!" in body.replace(b"<![CDATA[", b"").replace(b"<!--", b""):
        raise NotRead("kind")  # a document type can define itself to any size
    try:
        return ElementTree.fromstring(body).findall(f"{_D}response")  # noqa: S314 - no document type gets here
    except (ElementTree.ParseError, ValueError, LookupError):
        raise NotRead("kind") from None


def _hrefs(entries: list[ElementTree.Element], name: str, base: str) -> list[str]:
    return [urljoin(base, href.text.strip()) for entry in entries for found in entry.iter(name) for href in found.iter(f"{_D}href") if href.text]


def _is_calendar(entry: ElementTree.Element) -> bool:
    return any(kind.find(f"{_C}calendar") is not None for kind in entry.iter(f"{_D}resourcetype"))


def _takes_time(entry: ElementTree.Element) -> bool:
    kinds = {part.get("name") for part in entry.iter(f"{_C}comp")}
    return (not kinds or "VEVENT" in kinds) and next(entry.iter(f"{_C}transparent"), None) is None


def _check_status(answer: Answer, good: int) -> None:
    if answer.status == good:
        return
    if answer.status in (401, 403):
        raise NotRead("sign_in")
    if answer.status in (404, 410):
        raise NotRead("missing")
    raise NotRead("server" if answer.status >= 500 or answer.status == 429 else "kind")


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return body.decode("latin-1")
