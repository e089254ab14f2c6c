"""`vtclinic demo`: make the demonstration's data folder if it is not there, serve it, and say where and as whom to look."""

from __future__ import annotations

import os
import sys
import webbrowser
from pathlib import Path

from rich.console import Console
from rich.table import Table
from sqlalchemy import select

from vtclinic.app import open_house
from vtclinic.console.models import InstanceAdmin
from vtclinic.console.service import create_first_admin
from vtclinic.core import logs, uow
from vtclinic.core.crypto.keys import MASTER_FILE, create_master_key
from vtclinic.core.errors import Conflict
from vtclinic.core.settings import Settings, load_settings
from vtclinic.core.uow import control_unit_of_work
from vtclinic.demo.cast import IT_ADMIN, PASSWORD
from vtclinic.demo.seed import SeededClinic, hosts_of, seed
from vtclinic.serve.ports import CannotStart, check_free, free_port
from vtclinic.serve.supervisor import supervise
from vtclinic.tenants.instance import Instance, clinic_url, control_url, open_instance
from vtclinic.tenants.migrate import upgrade
from vtclinic.tenants.service import list_clinics

FOLDER = ".vtclinic-demo"
PORT = 8000
SETTINGS = """\
# A demonstration: nothing here is real, and no mail leaves this machine.
env = "demo"
mail_backend = "file"
public_scheme = "http"
secure_cookies = false
console_host = "console.localhost"
log_level = "warning"
"""


def run_demo(home: Path | None = None, port: int | None = None, *, open_browser: bool = True) -> int:
    """Serve the demonstration until Ctrl-C; raise Conflict for a folder that is something else."""
    folder = (home or Path.home() / FOLDER).expanduser().resolve()
    screen = Console(stderr=True)
    with screen.status("Making the demonstration: two clinics and their people"):
        settings = prepare(folder, port or _port())
        clinics = make(settings)
    logs.configure("supervisor", settings.log_level)

    def tell(_addresses: tuple[str, ...]) -> None:
        show(settings, clinics)
        if open_browser and has_desktop():
            webbrowser.open(address(settings, "localhost"))

    supervise(settings, on_ready=tell)
    return 0


def prepare(folder: Path, port: int) -> Settings:
    """Make the data folder with its settings; raise Conflict when it is an installation of another kind."""
    file = folder / "settings.toml"
    if folder.exists() and not file.exists() and any(folder.iterdir()):
        raise Conflict(f"The folder {folder} holds other things.", hint="Choose an empty folder with --home.")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not file.exists():
        file.write_text(SETTINGS, encoding="utf-8")
        file.chmod(0o600)
    settings = load_settings(folder, port=port, public_port=port)
    if settings.env != "demo":
        raise Conflict(f"The folder {folder} is no demonstration.", hint="Choose another folder with --home.")
    return settings


def make(settings: Settings) -> list[SeededClinic]:
    """Make keys, databases and people where they are missing, and bring what is there to this version."""
    if not (settings.home / MASTER_FILE).exists():
        create_master_key(settings.home)
    upgrade(control_url(settings), "control")
    instance = open_instance(settings)
    try:
        _bring_up(instance)
        return seed(open_house(settings))
    finally:
        # The processes that serve open their own.
        uow.engines().dispose()


def _bring_up(instance: Instance) -> None:
    with control_unit_of_work(write=False) as control:
        has_admin = control.scalar(select(InstanceAdmin.uid).limit(1)) is not None
        addresses = [clinic_url(instance.settings, clinic) for clinic in list_clinics()]
    if not has_admin:
        create_first_admin(instance, IT_ADMIN, PASSWORD)
    for each in addresses:
        upgrade(each, "clinic")


def show(settings: Settings, clinics: list[SeededClinic]) -> None:
    """Print where to look and as whom."""
    screen = Console(width=None if sys.stdout.isatty() else 120, highlight=False)
    for clinic in clinics:
        table = Table(title=f"{clinic.name}  {address(settings, hosts_of(clinic.slug)[0])}", title_justify="left", box=None, pad_edge=False, header_style="bold")
        for heading in ("Role", "E-mail", "What is there"):
            table.add_column(heading)
        for account in clinic.accounts:
            table.add_row(account.role.replace("_", " "), account.email, account.story)
        screen.print(table)
        screen.print(f"Codes for staff: {address(settings, hosts_of(clinic.slug)[0])}demo/codes   Caught mails: {address(settings, hosts_of(clinic.slug)[0])}demo/mail\n")
    screen.print(f"IT console: {address(settings, settings.console_host)}  {IT_ADMIN}")
    screen.print(f'Every password is "{PASSWORD}". Stop with Ctrl-C.')
    sys.stdout.write(f"Ready: {address(settings, 'localhost')}\n")
    sys.stdout.flush()


def address(settings: Settings, host: str) -> str:
    """Return where a browser on this machine finds a host of the demonstration."""
    return f"http://{host}:{settings.port}/"


def has_desktop() -> bool:
    """Tell whether there is a screen on which a browser could open."""
    return sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _port() -> int:
    try:
        check_free("127.0.0.1", PORT)
    except CannotStart:
        return free_port()
    return PORT
