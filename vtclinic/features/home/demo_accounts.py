"""The demonstration's accounts, kept in a file of their clinic, so that a page can list them with their codes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from vtclinic.core.scope import current_clinic
from vtclinic.identity import totp

FILE = "demo-accounts.json"


@dataclass(frozen=True)
class DemoAccount:
    """One made-up person one can sign in as; `secret` is empty for who needs no second step."""

    role: str
    name: str
    email: str
    password: str
    secret: str
    story: str

    @property
    def code(self) -> str:
        """The code an app would show now."""
        return totp.code_now(self.secret) if self.secret else ""


def keep(accounts: Iterable[DemoAccount]) -> None:
    """Write the current clinic's list."""
    file = current_clinic().files / FILE
    file.write_text(json.dumps([asdict(each) for each in accounts], indent=1), encoding="utf-8")
    file.chmod(0o600)


def accounts() -> list[DemoAccount]:
    """Read the current clinic's list; empty where nothing was seeded."""
    file = current_clinic().files / FILE
    return [DemoAccount(**row) for row in json.loads(file.read_text(encoding="utf-8"))] if file.exists() else []
