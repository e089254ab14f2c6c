"""Settings: a frozen dataclass read once from `settings.toml` and `VTCLINIC_*` variables."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from vtclinic.core.errors import SettingsError

HOME_VARIABLE = "VTCLINIC_HOME"
PREFIX = "VTCLINIC_"
_NOT_KEYS = {HOME_VARIABLE, "VTCLINIC_MASTER_KEY"}


@dataclass(frozen=True)
class Settings:
    """Everything an installation can choose; each key is explained in docs/settings.md."""

    home: Path
    env: str = "production"
    bind: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    worker_threads: int = 2
    async_mode: str = "eventlet"
    console_host: str = "console.localhost"
    public_scheme: str = "https"
    public_port: int = 0
    trusted_proxies: int = 0
    secure_cookies: bool = True
    database_url: str = ""
    redis_url: str = ""
    engine_cache: int = 256
    mail_backend: str = "smtp"
    mail_from: str = ""
    smtp_host: str = ""
    smtp_port: int = 587
    smtp_user: str = ""
    smtp_password_file: str = ""
    smtp_security: str = "starttls"
    patient_idle_minutes: int = 30
    patient_absolute_hours: int = 24
    staff_idle_minutes: int = 15
    staff_absolute_hours: int = 12
    fresh_minutes: int = 10
    max_upload_mb: int = 10
    sweep_seconds: int = 15
    outbound_loopback: bool = False
    log_level: str = "info"
    extra_themes: str = ""
    test_clock: bool = False

    @property
    def clinics(self) -> Path:
        """Folder that holds one folder per clinic."""
        return self.home / "clinics"

    @property
    def clock_file(self) -> Path | None:
        """File that says how far a test clock is ahead; None where time is real."""
        return self.home / "test-clock" if self.test_clock else None

    @property
    def tls_expected(self) -> bool:
        """Tell whether people reach this instance by https."""
        return self.public_scheme == "https"


CHOICES: dict[str, tuple[str, ...]] = {
    "env": ("production", "demo", "test"),
    "async_mode": ("eventlet", "gevent"),
    "mail_backend": ("smtp", "file"),
    "smtp_security": ("starttls", "tls", "none"),
    "public_scheme": ("https", "http"),
    "log_level": ("debug", "info", "warning", "error"),
}
MINIMUM = {"workers": 1, "worker_threads": 1, "engine_cache": 2, "patient_idle_minutes": 1, "staff_idle_minutes": 1, "fresh_minutes": 1, "sweep_seconds": 1}
KINDS: dict[str, type] = {f.name: {"int": int, "bool": bool}.get(str(f.type), str) for f in fields(Settings) if f.name != "home"}


def default_home() -> Path:
    """Return the data folder: VTCLINIC_HOME, or `~/.vtclinic`."""
    return Path(os.environ.get(HOME_VARIABLE) or Path.home() / ".vtclinic").expanduser().resolve()


def load_settings(home: Path | None = None, **overrides: Any) -> Settings:
    """Read the settings of one data folder.

    Order: defaults, `settings.toml`, `VTCLINIC_<KEY>` variables, `overrides`. Raises SettingsError naming the key that is unknown or wrong.
    """
    folder = (home or default_home()).expanduser().resolve()
    values = _from_file(folder / "settings.toml") | _from_environment() | {k: v for k, v in overrides.items() if v is not None}
    for key, value in values.items():
        _check(key, value)
    made = replace(Settings(home=folder), **values)
    if made.test_clock and made.env == "production":
        raise SettingsError("The setting test_clock is for made-up clinics only.", hint="Remove it, or set env to demo or test.")
    if made.outbound_loopback and made.env == "production":
        raise SettingsError("The setting outbound_loopback is for demos and tests.", hint="Take it out: in production nobody's calendar lies on this machine.")
    return made


def _from_file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"settings.toml cannot be read: {error}.", hint="Correct the file; docs/settings.md lists each key.") from error
    except OSError as error:
        raise SettingsError(f"settings.toml cannot be opened: {error.strerror}.", hint="Let the account that runs vtclinic read it.") from error


def _from_environment() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, text in os.environ.items():
        if not name.startswith(PREFIX) or name in _NOT_KEYS:
            continue
        key = name.removeprefix(PREFIX).lower()
        found[key] = _parse(key, text, name)
    return found


def _parse(key: str, text: str, name: str) -> Any:
    kind = KINDS.get(key)
    if kind is None:
        raise SettingsError(f"The variable {name} names no setting.", hint="Correct or remove it; docs/settings.md lists each key.")
    if kind is bool:
        if text.lower() not in {"true", "false", "1", "0", "yes", "no"}:
            raise SettingsError(f"The variable {name} must be true or false.")
        return text.lower() in {"true", "1", "yes"}
    if kind is int:
        try:
            return int(text)
        except ValueError:
            raise SettingsError(f"The variable {name} must be a whole number.") from None
    return text


def _check(key: str, value: object) -> None:
    kind = KINDS.get(key)
    if kind is None:
        raise SettingsError(f"settings.toml has an unknown key: {key}.", hint="Correct or remove it; docs/settings.md lists each key.")
    if type(value) is not kind:
        raise SettingsError(f"The setting {key} must be of kind {kind.__name__}, not {type(value).__name__}.")
    if key in CHOICES and value not in CHOICES[key]:
        raise SettingsError(f"The setting {key} is {value!r}; it can be {', '.join(CHOICES[key])}.")
    if isinstance(value, int) and value < MINIMUM.get(key, 0):
        raise SettingsError(f"The setting {key} is {value}; the least is {MINIMUM.get(key, 0)}.")
