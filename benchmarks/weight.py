"""How many bytes a patient's first page and the help page cost on the wire."""

from __future__ import annotations

import gzip
import re
from typing import Any
from urllib.parse import urljoin

from flask.testing import FlaskClient

from benchmarks._installation import application, installation
from benchmarks._report import Report

PAGE_KB, SCRIPT_KB, HELP_KB = 150.0, 70.0, 14.0
_LINK = re.compile(r'(?:href|src)="([^"#]+\.(?:css|js|svg|woff2)(?:\?[^"]*)?)(?:#[^"]*)?"')
_IN_CSS = re.compile(r"url\(\"?([^\")]+)\"?\)")
_IMPORT = re.compile(r'(?:from|import)\s+"([^"]+\.js)"')
FONT, PLACE = "figtree", "http://harbour.test"


def run() -> dict[str, Any]:
    """Follow everything the welcome and sign-in pages load, compressed; fonts are compressed already."""
    report = Report("weight")
    with installation("harbour") as house:
        client = application(house).test_client()
        pages = {path: _weigh(client, path) for path in ("/", "/sign-in", "/register")}
        help_now = len(gzip.compress(client.get("/help-now", base_url=PLACE, buffered=True).data, 6)) / 1000
    total = max(sum(parts.values()) for parts in pages.values()) / 1000
    script = max(sum(size for name, size in parts.items() if ".js" in name) for parts in pages.values()) / 1000
    report.figures |= {path: {name: round(size / 1000, 1) for name, size in sorted(parts.items())} for path, parts in pages.items()}
    report.at_most("first patient page, kB gz", total, PAGE_KB)
    report.at_most("its JavaScript, kB gz", script, SCRIPT_KB)
    report.at_most("help-now, kB gz", help_now, HELP_KB)
    return report.as_dict()


def _weigh(client: FlaskClient, path: str) -> dict[str, int]:
    sizes: dict[str, int] = {}
    waiting = [path]
    while waiting:
        url = waiting.pop()
        name = url.split("?")[0]
        if name in sizes:
            continue
        answer = client.get(url, base_url=PLACE, buffered=True)
        if answer.status_code != 200:
            raise RuntimeError(f"{url} answered {answer.status_code}")
        body = answer.data
        sizes[name] = len(body) if name.endswith(".woff2") else len(gzip.compress(body, 6))
        waiting += _links(name, body, root=path)
    return sizes


def _links(name: str, body: bytes, *, root: str) -> list[str]:
    if name == root:
        return _LINK.findall(body.decode())
    if name.endswith(".css"):
        # A browser loads the fonts that the page's letters need: one latin font.
        return [urljoin(name, url) for url in _IN_CSS.findall(body.decode()) if FONT in url]
    if name.endswith(".js"):
        return [urljoin(name, url) for url in _IMPORT.findall(body.decode())]
    return []
