"""The front-end files we ship are the ones their authors published."""

import hashlib
import json
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = (ROOT / "vtclinic" / "static" / "vendor", ROOT / "tests" / "browser" / "vendor")


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name)
def test_every_vendored_file_has_its_checksum(folder):
    rows = json.loads((folder / "MANIFEST.json").read_text())
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir() if path.name != "MANIFEST.json"}
    assert found == {row["file"]: row["sha256"] for row in rows}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name)
def test_every_vendored_package_brings_its_licence_text(folder):
    rows = json.loads((folder / "MANIFEST.json").read_text())
    for package in {row["package"] for row in rows}:
        assert any("LICENSE" in row["file"] for row in rows if row["package"] == package), package
