"""Who can read the data, and is there room for more of it."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from vtclinic.core.crypto.keys import MASTER_FILE
from vtclinic.tenants.doctor.finding import Finding, Level, Rounds

FULL_BYTES, LOW_BYTES = 500_000_000, 2_000_000_000
LOW_SHARE = 0.05
_GROUP, _OTHERS = (stat.S_IRGRP, stat.S_IXGRP), (stat.S_IROTH, stat.S_IXOTH)


def home_is_private(rounds: Rounds) -> Iterator[Finding]:
    """The data folder is not listed or written by other accounts."""
    home = rounds.settings.home
    mode = stat.S_IMODE(home.stat().st_mode)
    if mode & 0o066:
        yield Finding("data folder", f"Other accounts can look into the data folder {home}.", f"chmod 700 {home}")


def databases_are_private(rounds: Rounds) -> Iterator[Finding]:
    """No database can be opened by other accounts, the folders on the way considered."""
    home = rounds.settings.home
    for path in sorted([*home.glob("*.db"), *home.glob("clinics/*/clinic.db")]):
        if readable_by_others(path, home):
            yield Finding("databases", f"The database {path.relative_to(home)} can be read by other accounts.", f"chmod 600 {path}")


def secrets_are_private(rounds: Rounds) -> Iterator[Finding]:
    """The master key, settings with a password in them, and the mail password are for one account."""
    home, settings = rounds.settings.home, rounds.settings
    key = home / MASTER_FILE
    if key.exists() and stat.S_IMODE(key.stat().st_mode) & 0o077:
        yield Finding("master key", "The master key can be read by other accounts.", f"chmod 600 {key}")
    if ":" in settings.database_url.partition("://")[2].partition("@")[0] and readable_by_others(home / "settings.toml", home):
        yield Finding("settings", "settings.toml holds a database password and can be read by other accounts.", f"chmod 600 {home / 'settings.toml'}")
    if (password := Path(settings.smtp_password_file or home / "none")).is_file() and stat.S_IMODE(password.stat().st_mode) & 0o004:
        yield Finding("mail password", "The mail password can be read by every account.", f"chmod 600 {password}")


def home_can_be_written(rounds: Rounds) -> Iterator[Finding]:
    """The account that runs vtclinic can write its data."""
    home = rounds.settings.home
    if not os.access(home, os.W_OK | os.X_OK):
        yield Finding("data folder", f"The data folder {home} is read-only for this account.", f"chown -R $(id -u) {home}")


def disk_has_room(rounds: Rounds) -> Iterator[Finding]:
    """There is room for what people write tomorrow."""
    home = rounds.settings.home
    usage = shutil.disk_usage(home)
    megabytes = usage.free // 1_000_000
    if usage.free < FULL_BYTES:
        yield Finding("disk", f"Only {megabytes} MB are free where the data lies.", "Free some space; df -h shows where it went.")
    elif usage.free < LOW_BYTES or usage.free < usage.total * LOW_SHARE:
        yield Finding("disk", f"The disk is nearly full: {megabytes} MB are free.", "Free some space; df -h shows where it went.", Level.WARNING)


def readable_by_others(path: Path, home: Path) -> bool:
    """Tell whether the group or everybody else can open a file, going through every folder from `home` on."""
    if not path.exists():
        return False
    way = [home, *(folder for folder in path.parents if folder != home and home in folder.parents)]
    mode = path.stat().st_mode
    return any(mode & read and all(folder.stat().st_mode & enter for folder in way) for read, enter in (_GROUP, _OTHERS))
