"""Running commands in this process, as a person at a terminal would see them."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from vtclinic import cli
from vtclinic.core import jobs, uow
from vtclinic.core.database import Engines

SETTINGS = 'env = "test"\nmail_backend = "file"\nsecure_cookies = false\npublic_scheme = "http"\nconsole_host = "console.test"\n'
PASSWORD = "seven quiet herons at dusk"


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


Run = Callable[..., Ended]


@pytest.fixture
def vt(home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Run `vtclinic` on this test's installation: `vt("tenant", "list")`, with `given` as standard input and `at` as another data folder."""
    (home / "settings.toml").write_text(SETTINGS)

    def run(*arguments: object, given: str = "", at: Path | None = None) -> Ended:
        monkeypatch.setattr(sys, "stdin", io.StringIO(given))
        capsys.readouterr()
        code = cli.run(["--home", str(at or home), *map(str, arguments)])
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return Ended(code, said.out, said.err)

    yield run
    jobs.close()
    uow.engines().dispose()
    uow.configure(Engines(4), "")


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """A data folder that does not exist yet."""
    return tmp_path / "fresh"


@pytest.fixture
def installed(vt: Run, fresh: Path, tmp_path: Path) -> Path:
    """A finished installation without clinics, its shares in `shares` beside it."""
    done = vt(
        "init", "--non-interactive", "--admin-email", "it@harbour.example", "--password-stdin", "--shares-to", tmp_path / "shares", given=PASSWORD + "\n", at=fresh
    )
    assert done.code == 0, done.err
    (fresh / "settings.toml").write_text(SETTINGS)
    return fresh
