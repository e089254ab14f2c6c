"""The installation that a check makes: by the real commands, served by the real processes, in a folder of its own."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from vtclinic.core import clock
from vtclinic.core.settings import Settings, load_settings
from vtclinic.demo.check.browser import Browser
from vtclinic.demo.check.problem import expect, wait_for
from vtclinic.serve.ports import free_port
from vtclinic.serve.supervisor import Supervisor, child_environment

# A mail whose first try met a locked database is tried again after 40 seconds.
MAIL_SECONDS = 75.0
SETTINGS = """\
env = "demo"
mail_backend = "file"
public_scheme = "http"
secure_cookies = false
console_host = "console.localhost"
log_level = "error"
test_clock = true
patient_idle_minutes = 100000
patient_absolute_hours = 2000
staff_idle_minutes = 100000
staff_absolute_hours = 2000
"""


class CheckedHouse:
    """One installation in a temporary folder."""

    def __init__(self, home: Path) -> None:
        self.port = free_port()
        home.mkdir(mode=0o700, exist_ok=True)
        (home / "settings.toml").write_text(SETTINGS, encoding="utf-8")
        self.settings: Settings = load_settings(home, port=self.port, public_port=self.port, sweep_seconds=1)
        made = clock.follow(self.settings.clock_file)
        assert made is not None  # the settings above ask for one
        self.clock = made
        self._supervisor = Supervisor(self.settings)

    def cli(self, *arguments: str, typed: str = "", code: int = 0) -> str:
        """Run one real command and return what it prints; raise CheckFailed for another exit code."""
        command = [sys.executable, "-m", "vtclinic.cli", "--home", str(self.settings.home), *arguments]
        done = subprocess.run(command, input=typed, capture_output=True, text=True, timeout=60, check=False, env=child_environment(self.settings))
        expect(done.returncode == code, f"vtclinic {' '.join(arguments[:2])} ended with {done.returncode}: {(done.stderr or done.stdout).strip()[-400:]}")
        return done.stdout

    def start(self) -> None:
        """Start web and worker and wait until they are ready."""
        self._supervisor.start()
        self._supervisor.wait_ready()

    def stop(self) -> None:
        """Stop them."""
        self._supervisor.stop()
        clock.follow(None)

    def browser(self, slug: str) -> Browser:
        """Open a new browser at a clinic."""
        return Browser(f"{slug}.localhost", self.port)

    def mailed_link(self, slug: str, to: str, part: str) -> str:
        """Wait for a mail to somebody and return its link that holds `part`, as the demonstration's mail page shows it."""
        reader = self.browser(slug)

        def look() -> str | None:
            keys = re.findall(rf'href="/demo/mail/(\w+)".*?To {re.escape(to)}', reader.get("/demo/mail").text)
            for key in keys:
                found = re.search(rf'href="(http[^"]*{re.escape(part)}[^"]*)"', reader.get(f"/demo/mail/{key}").text)
                if found:
                    return found[1]
            return None

        return wait_for(look, f"no mail with {part} came to {to}", seconds=MAIL_SECONDS)
