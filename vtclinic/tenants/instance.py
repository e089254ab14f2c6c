"""The opened instance: settings, master key and directory of one running process."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from vtclinic.core import clock, uow
from vtclinic.core.crypto.box import derive
from vtclinic.core.crypto.keys import MasterKey, load_master_key
from vtclinic.core.database import Engines
from vtclinic.core.errors import SettingsError
from vtclinic.core.settings import Settings
from vtclinic.tenants.models import Clinic

_POSTGRES = "postgresql+psycopg"


@dataclass(frozen=True)
class Instance:
    """What every process opens first."""

    settings: Settings
    master: MasterKey = field(repr=False)

    @property
    def audit_key(self) -> bytes:
        """The key of the instance's own audit chain."""
        return derive(self.master.secret, "instance audit")

    @property
    def cookie_key(self) -> bytes:
        """The key that signs the IT console's cookies."""
        return derive(self.master.secret, "console cookie")


def open_instance(settings: Settings) -> Instance:
    """Open an initialised data folder; raise SettingsError or KeyUnavailable in plain words."""
    if not settings.home.is_dir():
        raise SettingsError(f"There is no data folder at {settings.home}.", hint="Make one with: vtclinic init")
    if not control_exists(settings):
        raise SettingsError(f"The folder {settings.home} holds no vtclinic installation.", hint="Make one with: vtclinic init")
    if not os.access(settings.home, os.W_OK):
        raise SettingsError(f"The data folder {settings.home} is read-only.", hint="Let the account that runs vtclinic write there.")
    instance = Instance(settings, load_master_key(settings.home))
    clock.follow(settings.clock_file)
    uow.configure(Engines(settings.engine_cache), control_url(settings))
    return instance


def control_exists(settings: Settings) -> bool:
    """Tell whether `vtclinic init` has been here."""
    return bool(settings.database_url) or (settings.home / "control.db").exists()


def control_url(settings: Settings) -> str:
    """Return the control database's address."""
    return database_url(settings, "control", settings.home / "control.db")


def stored_url(settings: Settings, slug: str) -> str:
    """Return what the directory keeps: nothing for a file in the data folder, so that the folder can move."""
    return database_url(settings, slug.replace("-", "_"), Path()) if settings.database_url else ""


def clinic_url(settings: Settings, clinic: Clinic) -> str:
    """Return the address of a clinic's database."""
    return clinic.database_url or f"sqlite:///{settings.clinics / clinic.slug / 'clinic.db'}"


def database_url(settings: Settings, name: str, file: Path) -> str:
    """Fill the template of `database_url`, or name a SQLite file."""
    if not settings.database_url:
        return f"sqlite:///{file}"
    if not settings.database_url.startswith(_POSTGRES) or "{name}" not in settings.database_url:
        raise SettingsError(f"The setting database_url must look like {_POSTGRES}://user@host/vtclinic_{{name}}.")
    return settings.database_url.replace("{name}", name)
