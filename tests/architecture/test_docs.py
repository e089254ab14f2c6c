"""The books: every dependency has its reason, every link leads somewhere, and no page claims what nobody has proved."""

from __future__ import annotations

import configparser
import re
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.architecture.source import ROOT, tracked

BOOKS = tuple(path for path in tracked() if path.suffix == ".md")
IDS = [path.relative_to(ROOT).as_posix() for path in BOOKS]
LINK = re.compile(r"\]\(([^)\s]+)\)|(?:src|href)=\"([^\"]+)\"")
NAMED = re.compile(r"`((?:tests|docs|themes|tools|benchmarks|vtclinic)/[\w./-]+)`")
CODE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
# Run as commands, or taken up by another library when they are there.
TOOLS = {"import-linter", "mypy", "ruff", "pytest-timeout", "pytest-xdist", "types-python-dateutil", "types-requests", "websocket-client"}
IMPORTED = {
    "argon2-cffi": "argon2",
    "fhir-resources": "fhir",
    "flask-wtf": "flask_wtf",
    "gevent-websocket": "geventwebsocket",
    "pillow": "PIL",
    "python-dateutil": "dateutil",
    "python-socketio": "socketio",
}
CLAIMS = re.compile(
    r"(?:HIPAA|GDPR)[ -](?:compliant|certified|ready)|clinically (?:validated|proven)|\bno risk\b|risk-free|bank-grade|military-grade"
    r"|unhackable|unbreakable|100 ?%|fully (?:secure|compliant)|guaranteed|state[- ]of[- ]the[- ]art|world-class|seamless|blazing",
    re.IGNORECASE,
)
# Anything that begins at the root of somebody's machine, the few places every Linux has aside.
MACHINE = re.compile(r"(?<![\w.~:<>/])/(?:home|root|work|Users|opt|tmp|mnt|private|var/folders)/[\w.-]+")
LARGEST_PICTURE = 120_000


def dependencies() -> list[str]:
    """Every package that setup.cfg asks for."""
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg")
    lines = setup["options"]["install_requires"].splitlines()
    lines += setup["options.extras_require"]["dev"].splitlines()
    return sorted({canonicalize_name(Requirement(line).name) for line in lines if line.strip()})


def reasons() -> dict[str, str]:
    """The rows of docs/dependencies.md: each library named in a first cell, and its reason."""
    rows = re.findall(r"^\| (.+?) \| (.+?) \|$", (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8"), re.MULTILINE)
    return {canonicalize_name(name.strip()): reason for cell, reason in rows for name in re.split(r", (?:brought by )?", re.sub(r" \(.*?\)| 3$", "", cell))}


@pytest.mark.parametrize("name", dependencies())
def test_every_dependency_has_its_reason(name):
    found = reasons()
    assert name in found, f"docs/dependencies.md has no line for {name}"
    assert len(found[name]) > 10


def test_no_dependency_is_carried_unused():
    code = "\n".join(path.read_text(encoding="utf-8") for path in tracked() if path.suffix == ".py" and path.name != Path(__file__).name)
    unused = [name for name in dependencies() if name not in TOOLS and not re.search(rf"\b{IMPORTED.get(name, name.replace('-', '_'))}\b", code)]
    assert unused == []


@pytest.mark.parametrize("book", BOOKS, ids=IDS)
def test_links_and_named_files_exist(book):
    text = CODE.sub("", book.read_text(encoding="utf-8"))
    links = [link.partition("#")[0] for pair in LINK.findall(text) for link in pair if link]
    gone = [link for link in links if link and "://" not in link and not link.startswith("mailto:") and not (book.parent / link).exists()]
    gone += [name for name in NAMED.findall(text) if not (ROOT / name).exists()]
    assert gone == []


@pytest.mark.parametrize("book", BOOKS, ids=IDS)
def test_no_book_names_a_machine_or_claims_too_much(book):
    text = book.read_text(encoding="utf-8")
    assert MACHINE.findall(text) == []
    assert CLAIMS.findall(text) == []


def test_every_record_of_a_decision_is_in_the_index():
    folder = ROOT / "docs" / "adr"
    index = (folder / "README.md").read_text(encoding="utf-8")
    assert [path.name for path in sorted(folder.glob("[0-9]*.md")) if path.name not in index] == []


def test_every_book_can_be_found_from_the_first():
    seen: set[Path] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        book = waiting.pop()
        if book in seen or book.suffix != ".md":
            continue
        seen.add(book)
        links = [link.partition("#")[0] for pair in LINK.findall(book.read_text(encoding="utf-8")) for link in pair if link and "://" not in link]
        waiting += [(book.parent / link).resolve() for link in links if link]
    assert [path.relative_to(ROOT).as_posix() for path in BOOKS if path.resolve() not in seen] == []


def test_pictures_are_small():
    assert {path.name: path.stat().st_size for path in (ROOT / "docs" / "images").iterdir() if path.stat().st_size > LARGEST_PICTURE} == {}
