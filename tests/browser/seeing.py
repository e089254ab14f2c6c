"""What is looked at on every page: axe's rules, the width, the corner with help, the console, where requests go."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Page, Request

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# The only rules whose outcome changes with the colours; everything else about a page is the same in the dark.
COLOUR_RULES = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
_RUN = """(rules) => axe.run(document, {runOnly: rules, resultTypes: ["violations"]}).then((found) =>
  found.violations.map((one) => one.id + ": " + one.nodes.slice(0, 3).map((node) => node.html.slice(0, 160) + " | " + node.failureSummary.slice(0, 240)).join(" ;; ")))"""
_LAYOUT = """() => {
  const root = document.documentElement, rtl = getComputedStyle(root).direction === "rtl";
  const corner = (selector) => {
    const found = document.querySelector(selector);
    if (!found) return null;
    const box = found.getBoundingClientRect();
    return [rtl ? box.left : root.clientWidth - box.right, box.top + window.scrollY];
  };
  const wide = [...document.querySelectorAll("body *")].filter((one) => { const box = one.getBoundingClientRect(); return box.width && (box.right > root.clientWidth + 1 || box.left < -1); });
  return { over: root.scrollWidth - root.clientWidth, rtl, help: corner(".vt-help"), leave: corner(".vt-leave, .pill.leave"), wide: wide.slice(0, 3).map((one) => one.outerHTML.slice(0, 120)) };
}"""


@cache
def _axe() -> str:
    return AXE.read_text(encoding="utf-8")


@dataclass
class Eye:
    """Watches one page object over many pages."""

    page: Page
    port: int
    wrong: list[str] = field(default_factory=list)
    here: str = ""
    expected_status: int = 200

    def __post_init__(self) -> None:
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.note(f"error in a script: {error}"))
        self.page.on("request", self._asked)

    def open(self, address: str, status: int, name: str) -> bool:
        """Open a page and prepare it for axe; False when it is not the page that was meant."""
        self.here, self.expected_status = name, status
        answer = self.page.goto(address)
        assert answer is not None
        if answer.status != status or urlsplit(self.page.url).path != urlsplit(address).path:
            self.note(f"answered {answer.status} at {self.page.url}")
            return False
        self.page.evaluate(_axe())
        return True

    def look(self, corner: dict[str, Any], *, rtl: bool, only_colours: bool = False) -> None:
        """Check the page as it stands now; `corner` remembers where help stood on the pages before."""
        for violation in self.page.evaluate(_RUN, COLOUR_RULES if only_colours else RULES):
            self.note(violation)
        self.lie(corner, rtl=rtl)

    def lie(self, corner: dict[str, Any], *, rtl: bool) -> None:
        """Check the layout."""
        seen = self.page.evaluate(_LAYOUT)
        if seen["over"] > 0:
            self.note(f"scrolls sideways by {seen['over']} px: {seen['wide']}")
        if seen["rtl"] != rtl:
            self.note("runs in the wrong direction")
        for what in ("help", "leave"):
            if seen[what] is None:
                # The page of help does not lead to itself.
                if what == "help" and urlsplit(self.page.url).path == "/help-now":
                    continue
                self.note(f"has no {what}")
                continue
            usual = corner.setdefault(what, seen[what])
            if any(abs(a - b) > 1 for a, b in zip(usual, seen[what], strict=True)):
                self.note(f"{what} is at {seen[what]} instead of {usual}")

    def note(self, words: str) -> None:
        """Remember what is wrong, and where."""
        self.wrong.append(f"{self.here}: {words}")

    def _heard(self, message: ConsoleMessage) -> None:
        expected = self.expected_status >= 400 and f"status of {self.expected_status}" in message.text
        if message.type in ("error", "warning") and not expected:
            self.note(f"console: {message.text}")

    def _asked(self, request: Request) -> None:
        place = urlsplit(request.url)
        if place.scheme not in ("data", "blob") and (place.port != self.port or not (place.hostname or "").endswith("localhost")):
            self.note(f"asked {request.url}")


def keep_picture(page: Page, name: str) -> None:
    """Save what the page looks like into the folder VTCLINIC_SHOTS, when it is given."""
    if FOLDER:
        Path(FOLDER).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=str(Path(FOLDER) / (re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") + ".png")), full_page=True)


# Taken out at once: the product refuses to start with a variable of ours that names no setting.
FOLDER = os.environ.pop("VTCLINIC_SHOTS", "")
