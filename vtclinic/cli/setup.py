"""The steps of `vtclinic init`, each of which finds what an interrupted run has done already."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import select

from vtclinic.console.models import InstanceAdmin
from vtclinic.console.service import create_first_admin
from vtclinic.core import uow
from vtclinic.core.crypto.keys import MASTER_FILE, comes_from_file, create_master_key
from vtclinic.core.errors import Conflict, KeyUnavailable, SettingsError
from vtclinic.core.settings import Settings
from vtclinic.core.uow import control_unit_of_work
from vtclinic.tenants.database import create_database
from vtclinic.tenants.facts import INITIALISED, MASTER_KEY, note_fact, open_control, stored_fact
from vtclinic.tenants.instance import Instance, control_exists, control_url, open_instance
from vtclinic.tenants.migrate import upgrade, version
from vtclinic.tenants.rotation import stored_key_id

OURS = {"master.key", "master.new", "settings.toml", "clinics", "themes", "lost+found"}
STARTER = """\
# Settings of this installation. docs/settings.md explains every key; an unknown key stops the start.
# env = "production"
# bind = "127.0.0.1"
# port = 8000
# console_host = "console.localhost"
# public_scheme = "https"
# smtp_host = ""
"""


@contextmanager
def set_up(settings: Settings, email: str, password: str) -> Iterator[Instance]:
    """Make the folder, key, control database and first administrator, then let the caller hand out the shares.

    The installation counts as made when the block ends without a raise. Raises Conflict when it was made before.
    """
    _make_home(settings)
    create_database(control_url(settings))
    if is_finished(settings):
        raise Conflict(f"There is an installation in {settings.home} already.", hint="Nothing was changed. Look at it with: vtclinic doctor")
    _make_key(settings)
    upgrade(control_url(settings), "control")
    instance = open_instance(settings)
    try:
        if not _has_admin():
            create_first_admin(instance, email, password)
        yield instance
        with control_unit_of_work() as control:
            note_fact(control, MASTER_KEY, str(instance.master.key_id))
            note_fact(control, INITIALISED, "done")
    finally:
        uow.engines().dispose()


def is_finished(settings: Settings) -> bool:
    """Tell whether `vtclinic init` has run to its end here."""
    if not control_exists(settings) or version(control_url(settings)) is None:
        return False
    with open_control(settings) as control:
        return stored_fact(control, INITIALISED) is not None


def _make_home(settings: Settings) -> None:
    home = settings.home
    if home.exists() and not home.is_dir():
        raise SettingsError(f"{home} is a file, not a folder.", hint="Choose another folder with --home.")
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    strange = sorted(path.name for path in home.iterdir() if path.name not in OURS and not path.name.startswith("control.db"))
    if strange and not (home / MASTER_FILE).exists():
        raise Conflict(f"The folder {home} holds other things, for example {strange[0]}.", hint="Choose an empty folder with --home.")
    home.chmod(0o700)
    _write_once(home / "settings.toml", STARTER)


def _make_key(settings: Settings) -> None:
    if not comes_from_file() or (settings.home / MASTER_FILE).exists():
        return
    if version(control_url(settings)) is not None and stored_key_id(settings) is not None:
        raise KeyUnavailable("The master key is missing, and the database is locked with it.", hint="Rebuild it from two shares: vtclinic key recover")
    create_master_key(settings.home)


def _has_admin() -> bool:
    with control_unit_of_work(write=False) as control:
        return control.scalar(select(InstanceAdmin.uid).limit(1)) is not None


def write_shares(folder: Path, shares: list[str]) -> list[Path]:
    """Write each share into a file of its own, readable by this account alone; never over another file."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    paths = [folder / f"recovery-share-{number}-of-{len(shares)}.txt" for number in range(1, len(shares) + 1)]
    if there := [path for path in paths if path.exists()]:
        raise Conflict(f"{there[0]} is there already.", hint="Give an empty folder, or take the older files away.")
    for path, share in zip(paths, shares, strict=True):
        _write_once(path, share + "\n")
    return paths


def _write_once(path: Path, text: str) -> None:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
