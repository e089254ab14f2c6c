"""What a built wheel brings along: every page, style, word, pack and theme that the code reads at run time."""

from __future__ import annotations

import configparser
from fnmatch import fnmatch

from tests.architecture.source import PACKAGE, ROOT, tracked


def test_every_file_of_the_package_is_named_in_the_manifest():
    lines = (ROOT / "MANIFEST.in").read_text(encoding="utf-8").splitlines()
    patterns = next(line.split()[2:] for line in lines if line.startswith("recursive-include vtclinic "))
    assert "recursive-include vtclinic/migrations *.py" in lines
    files = [path for path in tracked() if path.is_relative_to(PACKAGE) and path.suffix != ".py"]
    assert len(files) > 200
    assert [path.relative_to(ROOT).as_posix() for path in files if not any(fnmatch(path.name, pattern) for pattern in patterns)] == []


def test_every_module_lies_in_a_package():
    folders = {path.parent for path in tracked() if path.is_relative_to(PACKAGE) and path.suffix == ".py" and not path.is_relative_to(PACKAGE / "migrations")}
    assert [folder.relative_to(ROOT).as_posix() for folder in sorted(folders) if not (folder / "__init__.py").exists()] == []


def test_every_theme_is_installed_where_the_program_looks():
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg")
    installed = {f"{place.removeprefix('share/vtclinic/')}/{name.rpartition('/')[2]}" for place, names in setup["options.data_files"].items() for name in names.split()}
    assert installed == {path.relative_to(ROOT).as_posix() for path in tracked() if path.is_relative_to(ROOT / "themes")}
