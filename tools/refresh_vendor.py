"""Fetch the front-end files we ship, straight from npm, and write down their checksums.

Run it to take a new version: change the number below, `python3 tools/refresh_vendor.py`, read the diff, commit.
Running the product needs neither npm nor this file.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STATIC = ROOT / "vtclinic" / "static" / "vendor"
BROWSER_TESTS = ROOT / "tests" / "browser" / "vendor"


@dataclass(frozen=True)
class Package:
    """One npm package: `files` maps a path inside it to the name we give it."""

    name: str
    version: str
    licence: str
    files: dict[str, str]
    target: Path = STATIC


def font(name: str, version: str, subset: str) -> Package:
    """Describe one variable font of the fontsource collection."""
    return Package(
        f"@fontsource-variable/{name}",
        version,
        "OFL-1.1",
        {f"files/{name}-{subset}-wght-normal.woff2": f"{name}.woff2", "LICENSE": f"{name}.LICENSE.txt"},
    )


PACKAGES = (
    Package(
        "bootstrap",
        "5.3.9",
        "MIT",
        {
            "dist/css/bootstrap.min.css": "bootstrap.min.css",
            "dist/css/bootstrap.rtl.min.css": "bootstrap.rtl.min.css",
            "LICENSE": "bootstrap.LICENSE.txt",
        },
    ),
    Package("htmx.org", "2.0.11", "0BSD", {"dist/htmx.min.js": "htmx.min.js", "LICENSE": "htmx.LICENSE.txt"}),
    Package(
        "socket.io-client",
        "4.8.4",
        "MIT",
        {
            "dist/socket.io.esm.min.js": "socket.io.esm.min.js",
            "LICENSE": "socket.io.LICENSE.txt",
        },
    ),
    Package(
        "@simplewebauthn/browser",
        "14.0.0",
        "MIT",
        {"dist/bundle/index.umd.min.js": "simplewebauthn.umd.min.js", "LICENSE.md": "simplewebauthn.LICENSE.txt"},
    ),
    font("figtree", "5.3.0", "latin"),
    font("literata", "5.3.0", "latin"),
    font("atkinson-hyperlegible-next", "5.3.0", "latin"),
    font("vazirmatn", "5.3.0", "arabic"),
    Package(
        "axe-core",
        "4.14.1",
        "MPL-2.0",
        {"axe.min.js": "axe.min.js", "LICENSE": "axe.LICENSE.txt", "LICENSE-3RD-PARTY.txt": "axe.LICENSE-3RD-PARTY.txt"},
        BROWSER_TESTS,
    ),
)


def fetch(package: Package, into: Path) -> Path:
    """Download the package's archive with npm and return where it lies."""
    command = ["npm", "pack", "--silent", f"{package.name}@{package.version}"]
    answer = subprocess.run(command, cwd=into, check=True, capture_output=True, text=True)
    return into / answer.stdout.strip().splitlines()[-1]


def unpack(package: Package, archive: Path) -> list[dict[str, str]]:
    """Copy the wanted files out of the archive and describe each."""
    rows = []
    with tarfile.open(archive) as tar:
        for member, name in package.files.items():
            stream = tar.extractfile(f"package/{member}")
            if stream is None:
                raise SystemExit(f"{package.name} {package.version} has no {member}")
            content = stream.read()
            (package.target / name).write_bytes(content)
            rows.append(
                {
                    "file": name,
                    "sha256": hashlib.sha256(content).hexdigest(),
                    "package": package.name,
                    "version": package.version,
                    "licence": package.licence,
                    "from": member,
                }
            )
    return rows


def main() -> int:
    """Refresh every vendored file and both manifests."""
    manifests: dict[Path, list[dict[str, str]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for package in PACKAGES:
            package.target.mkdir(parents=True, exist_ok=True)
            rows = unpack(package, fetch(package, Path(folder)))
            manifests.setdefault(package.target, []).extend(rows)
            sys.stdout.write(f"{package.name} {package.version}: {len(rows)} files\n")
    for target, rows in manifests.items():
        (target / "MANIFEST.json").write_text(json.dumps(rows, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
