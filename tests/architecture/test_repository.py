"""What is in the repository and what must never be: no machine's paths, no registry's address, locks that pin and hash."""

from __future__ import annotations

import configparser
import re
from importlib import metadata

import pytest
from babel.messages.pofile import read_po
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.architecture.source import ROOT, tracked
from tools.extract_messages import TARGET, collect

LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-setup.lock")
PINNED = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)", re.MULTILINE)
# Debian 12's own Python, and the one most people have.
PYTHONS = ("3.11.2", "3.11.7")
# Written in pieces, so that this file does not find itself.
MACHINE_PATHS = ("/" + "root/", "/" + "work/", "/" + "Users/", "C:" + "\\\\Users")
REGISTRIES = ("pypi" + ".org", "pythonhosted" + ".org", "npmjs" + ".org", "npmjs" + ".com", "yarnpkg" + ".com", "deb.debian" + ".org", "debian" + ".net")
SECRETS = re.compile(r"-----BEGIN [A-Z ]*PRIVATE" + r" KEY-----|sk_live" + r"_\w+|AKIA" + r"[0-9A-Z]{16}")


def texts() -> list[tuple[str, str]]:
    found = []
    for path in tracked():
        data = path.read_bytes()
        if b"\0" not in data[:4096]:
            found.append((path.relative_to(ROOT).as_posix(), data.decode("utf-8", errors="replace")))
    return found


@pytest.mark.parametrize("word", [*MACHINE_PATHS, *REGISTRIES])
def test_no_file_names_a_machine_or_a_registry(word):
    assert [name for name, text in texts() if word in text] == []


def test_no_file_holds_a_secret():
    assert [name for name, text in texts() if SECRETS.search(text)] == []


def test_no_home_folder_is_named():
    assert [name for name, text in texts() if re.search(r"/home/(?!vtclinic)[a-z]+/\.?[a-z]", text) and not name.startswith("vtclinic/static/vendor")] == []


def test_nothing_large_or_built_is_kept():
    assert {path.name: path.stat().st_size for path in tracked() if path.stat().st_size > 1_500_000} == {}
    assert [name for name, _ in texts() if name.endswith((".pyc", "uv.lock")) or "/node_modules/" in name] == []


def test_translators_are_given_every_marked_string():
    with TARGET.open("rb") as file:
        given = {message.id for message in read_po(file) if message.id}
    assert {message.id for message in collect() if message.id} == given, "run tools/extract_messages.py"


def pins(lock: str) -> dict[str, str]:
    return {canonicalize_name(name): version for name, version in PINNED.findall((ROOT / lock).read_text())}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_carries_hashes_and_no_address(lock):
    text = (ROOT / lock).read_text()
    blocks = re.split(r"\n(?=\S)", text.strip())
    for block in blocks:
        assert PINNED.match(block), block.split("\n")[0]
        assert "--hash=sha256:" in block, block.split("\n")[0]
    assert "://" not in text
    assert "--index" not in text


def test_the_test_lock_holds_the_run_lock():
    run, test = pins("requirements.lock"), pins("requirements-dev.lock")
    assert {name: version for name, version in run.items() if test.get(name) != version} == {}


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize(("lock", "extra"), [("requirements.lock", ""), ("requirements-dev.lock", "dev")])
def test_the_lock_is_complete_for_each_python(lock, extra, python):
    environment = default_environment() | {"python_full_version": python, "python_version": "3.11", "extra": ""}
    pinned = pins(lock)
    waiting, seen, missing = [(Requirement(line), "setup.cfg") for line in asked_for(extra)], set(), []
    while waiting:
        wanted, asker = waiting.pop()
        name = canonicalize_name(wanted.name)
        if name not in pinned:
            missing.append(f"{name}, for {asker}")
            continue
        if not wanted.specifier.contains(pinned[name], prereleases=True):
            missing.append(f"{name} {wanted.specifier}, for {asker}")
        for chosen in {"", *wanted.extras} - {each for each in ("", *wanted.extras) if (name, each) in seen}:
            seen.add((name, chosen))
            waiting += [(each, name) for each in needs(name) if each.marker is None or each.marker.evaluate(environment | {"extra": chosen})]
    assert missing == []


def asked_for(extra: str) -> list[str]:
    """The requirements of setup.cfg."""
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg")
    lines = setup["options"]["install_requires"].split("\n")
    if extra:
        lines += setup["options.extras_require"][extra].split("\n")
    return [line for line in lines if line.strip()]


def needs(name: str) -> list[Requirement]:
    """What an installed package says it needs; nothing of one that this Python does not need."""
    try:
        return [Requirement(line) for line in metadata.requires(name) or []]
    except metadata.PackageNotFoundError:
        return []


def test_the_licence_is_there_in_full():
    text = (ROOT / "LICENSE").read_text()
    assert text.startswith("                    GNU AFFERO GENERAL PUBLIC LICENSE\n                       Version 3, 19 November 2007")
    assert "17. Interpretation of Sections 15 and 16." in text
    assert text.count("\n") > 650
