"""A browser without JavaScript, as far as the check needs one: pages, forms, cookies, and a live connection."""

from __future__ import annotations

import html
import threading
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

import requests
import socketio

from vtclinic.demo.check.problem import CheckFailed, expect

SECONDS = 20
Fields = dict[str, Any]


@dataclass
class Form:
    """One form of a page with what its fields hold already."""

    action: str
    method: str
    fields: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Page:
    """One answer: where it came from, its text, its forms."""

    status: int
    path: str
    text: str
    forms: list[Form]
    headers: Any

    def says(self, *words: str) -> bool:
        """Tell whether the page holds each of these words."""
        return all(word in self.text for word in words)

    def form(self, action: str = "") -> Form:
        """Return the form whose address holds `action`; without one, the page's first."""
        found = next((form for form in self.forms if action in (form.action or self.path) and "sign-out" not in form.action), None)
        if found is None:
            raise CheckFailed(f"the page {self.path} has no form for {action or 'anything'}")
        return found


class Browser:
    """One person's browser at one clinic; redirects are followed, a status of 400 or more is a failure unless it is expected."""

    def __init__(self, host: str, port: int) -> None:
        self.host = f"{host}:{port}"
        self._base = f"http://127.0.0.1:{port}"
        self.http = requests.Session()
        self.http.headers.update({"Host": self.host, "Accept": "text/html"})
        self.page: Page | None = None

    def get(self, path: str, *, status: int = 200) -> Page:
        """Open an address of this clinic; a full address loses its host."""
        parts = urlsplit(path)
        return self._take(self.http.get(self._base + parts.path + (f"?{parts.query}" if parts.query else ""), timeout=SECONDS), status)

    def post(self, path: str, *, status: int = 200, **fields: Any) -> Page:
        """Post fields with the token of the page that is open."""
        token = next((form.fields["csrf_token"] for form in (self.page.forms if self.page else []) if "csrf_token" in form.fields), [])
        return self._take(self.http.post(self._base + path, data={"csrf_token": token} | fields, timeout=SECONDS), status)

    def submit(self, action: str = "", **fields: Any) -> Page:
        """Fill the open page's form and send it."""
        assert self.page is not None
        form = self.page.form(action)
        path, values = form.action or self.page.path, form.fields | fields
        if form.method == "get":
            return self._take(self.http.get(self._base + path, params=values, timeout=SECONDS), 200)
        return self._take(self.http.post(self._base + path, data=values, timeout=SECONDS), 200)

    def live(self) -> Live:
        """Open a live connection with this browser's cookies."""
        return Live(self)

    def _take(self, answer: requests.Response, status: int) -> Page:
        parser = _Forms()
        is_page = answer.headers.get("Content-Type", "").startswith("text/html")
        if is_page:
            parser.feed(answer.text)
        self.page = Page(answer.status_code, urlsplit(answer.url).path, html.unescape(answer.text), parser.forms, answer.headers)
        expect(answer.status_code == status, f"{self.page.path} answered {answer.status_code} instead of {status}")
        return self.page


class Live:
    """One browser's live connection over WebSocket; it remembers what it was told."""

    def __init__(self, browser: Browser) -> None:
        self.news: list[dict[str, Any]] = []
        self._told, self.gone = threading.Condition(), threading.Event()
        place = {"host": browser.host, "origin": f"http://{browser.host}"}
        self._client = socketio.Client(reconnection=False, http_session=browser.http, websocket_extra_options=place)
        self._client.on("message.new", self._note)
        self._client.on("disconnect", self.gone.set)
        self._client.connect(browser._base, transports=["websocket"], wait_timeout=SECONDS)

    def send(self, thread: str, body: str, client_id: str) -> dict[str, Any]:
        """Send a message and return the acknowledgement."""
        answer: dict[str, Any] = self._client.call("message.send", {"thread": thread, "body": body, "client_id": client_id}, timeout=SECONDS)
        return answer

    def wait_for(self, seq: int) -> None:
        """Wait until this browser was told of a message."""
        with self._told:
            told = self._told.wait_for(lambda: any(news["seq"] == seq for news in self.news), SECONDS)
        expect(told, f"nobody told this browser of message {seq}")

    def close(self) -> None:
        """End the connection."""
        self._client.disconnect()

    def _note(self, news: dict[str, Any]) -> None:
        with self._told:
            self.news.append(news)
            self._told.notify_all()


class _Forms(HTMLParser):
    """Collects the forms of a page: hidden and filled fields, what is chosen; submit buttons are left out."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._open: Form | None = None
        self._select = self._area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = Form(given.get("action", ""), given.get("method", "get").lower())
            self.forms.append(self._open)
        elif self._open is not None and tag in ("input", "select", "textarea", "option"):
            self._field(tag, given)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        elif tag in ("select", "textarea"):
            self._select = self._area = ""

    def handle_data(self, data: str) -> None:
        if self._area and self._open is not None:
            self._open.fields.setdefault(self._area, []).append(data)

    def _field(self, tag: str, given: dict[str, str]) -> None:
        assert self._open is not None
        name, kind = given.get("name", ""), given.get("type", "text")
        if tag == "select":
            self._select = name
        elif tag == "textarea":
            self._area = name
        elif tag == "option":
            if "selected" in given and self._select:
                self._open.fields[self._select] = [given.get("value", "")]
        elif name and kind not in ("submit", "button", "file") and (kind not in ("radio", "checkbox") or "checked" in given):
            self._open.fields.setdefault(name, []).append(given.get("value", "on"))
