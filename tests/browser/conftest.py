"""One seeded demonstration a test process, one Chromium, and pages that notice what must not happen."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tests.browser.props import lay_out
from tests.browser.stage import Stage
from tests.system import CHROMIUM_ARGUMENTS
from vtclinic.core.settings import load_settings
from vtclinic.demo.run import SETTINGS, make, prepare
from vtclinic.serve.ports import free_port

PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 800}


@pytest.fixture(scope="session")
def seeded_home(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """A seeded data folder, made once for all test processes."""
    own = tmp_path_factory.getbasetemp()
    shared = (own.parent if hasattr(request.config, "workerinput") else own) / "seeded"
    with shared.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not shared.exists():
            # Under another name until it is whole: a run that was cut short leaves nothing that looks finished.
            make(prepare(shared.with_suffix(".part"), 1))
            shared.with_suffix(".part").rename(shared)
    return shared


@pytest.fixture(scope="session")
def laid_out(seeded_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """The demonstration with everything that pages need; nobody serves it yet."""
    home = tmp_path_factory.mktemp("stage") / "home"
    shutil.copytree(seeded_home, home)
    port = free_port()
    (home / "settings.toml").write_text(f"{SETTINGS}port = {port}\npublic_port = {port}\n", encoding="utf-8")
    made = Stage(load_settings(home, port=port, public_port=port))
    lay_out(made)
    return made


@pytest.fixture(scope="session")
def stage(laid_out: Stage) -> Iterator[Stage]:
    """The demonstration, served by the real web process on a free port."""
    try:
        laid_out.start()
        yield laid_out
    finally:
        laid_out.stop()


@pytest.fixture
def english(stage: Stage) -> None:
    """Read English, whatever the test before read."""
    stage.speak("en")


@pytest.fixture(scope="session")
def chrome(chromium: str) -> Iterator[Browser]:
    """A Chromium without windows."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def visit(chrome: Browser, stage: Stage) -> Iterator[Callable[..., BrowserContext]]:
    """Open a browser of one person's own: `visit(cookie, size=PHONE)`; the page's errors fail the test."""
    opened: list[BrowserContext] = []
    wrong: list[str] = []

    def make_context(cookie: dict[str, Any] | None = None, *, size: dict[str, int] = DESK, **options: Any) -> BrowserContext:
        context = chrome.new_context(viewport=size, reduced_motion="reduce", **options)
        context.set_default_timeout(20_000)
        context.on("weberror", lambda error: wrong.append(str(error.error)))
        if cookie is not None:
            context.add_cookies([cookie])
        opened.append(context)
        return context

    yield make_context
    for context in opened:
        context.close()
    assert wrong == []
