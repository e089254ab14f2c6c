"""Writing a clinic into one encrypted file: directory entry, keys, every row, every file."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from vtclinic import __version__
from vtclinic.core import clock
from vtclinic.core.audit import record_instance
from vtclinic.core.crypto import box
from vtclinic.core.crypto.keys import ClinicKeys
from vtclinic.core.errors import Conflict
from vtclinic.core.policy import Actor
from vtclinic.core.uow import control_unit_of_work, engines
from vtclinic.tenants.instance import Instance, clinic_url
from vtclinic.tenants.keys import open_keys
from vtclinic.tenants.lifecycle_archive import ArchiveKey, Packer, new_archive_key, write_archive
from vtclinic.tenants.lifecycle_rows import TableShape, check_known, read_rows, shapes
from vtclinic.tenants.migrate import head, version
from vtclinic.tenants.models import Clinic, ClinicState
from vtclinic.tenants.service import find_clinic

MANIFEST, KEYS, TABLES, FILES = "manifest.json", "keys.json", "tables", "files"
CARRIED = ("slug", "name", "country", "timezone", "locale", "theme", "registration", "leave_url", "state")
# A copy must not accept the original's cookies, nor finish what a browser began there.
STAYS = {"login_session", "passkey_challenge"}
# Of a clinic that goes on working where it is, these would be sent or used twice.
STAYS_UNLESS_MOVED = {"outbox_mail", "email_token", "planned_notice", "push_outbox", "push_subscription"}

Tell = Callable[[int, int], None]


def export_clinic(instance: Instance, actor: Actor, slug: str, *, to: Path, passphrase: str, tell: Tell = lambda done, total: None) -> int:
    """Write a clinic to `to`; return the number of rows. A suspended clinic is moved whole, a working one is copied without its mails.

    Nothing is left at `to` when it fails. Raises Conflict when the file exists or the schema is behind.
    """
    with control_unit_of_work(write=False):
        clinic = find_clinic(slug)
        if clinic.state == ClinicState.ERASING:
            raise Conflict(f"The clinic {slug} is being erased.")
        keys = open_keys(instance.master, clinic)
        hosts = [row.host for row in clinic.hosts]
    address, files = clinic_url(instance.settings, clinic), instance.settings.clinics / slug
    if version(address) != head("clinic"):
        raise Conflict(f"The database of {slug} is not at this version.", hint="Run: vtclinic db upgrade")
    key = new_archive_key(passphrase)
    with write_archive(to, key) as packer:
        packer.add_json(MANIFEST, _manifest(clinic, hosts))
        packer.add_json(KEYS, _travelling(keys, key))
        rows = _pack_rows(address, packer, leaves=_left_behind(clinic), tell=tell)
        for path in sorted(carried_files(files)):
            packer.add(f"{FILES}/{path.relative_to(files).as_posix()}", path.read_bytes())
    with control_unit_of_work():
        record_instance(actor, "clinic.exported", "clinic", slug, key=instance.audit_key)
    return rows


def _manifest(clinic: Clinic, hosts: list[str]) -> dict[str, Any]:
    return {
        "vtclinic": __version__,
        "made_at": clock.now().isoformat(),
        "schema": head("clinic"),
        "uid": str(clinic.uid),
        "hosts": hosts,
        "clinic": {name: getattr(clinic, name) for name in CARRIED},
        "tables": [shape.as_json() for shape in shapes()],
    }


def _travelling(keys: ClinicKeys, key: ArchiveKey) -> dict[str, Any]:
    """Wrap the clinic's keys under the passphrase's key, each bound to the clinic and its name."""

    def shut(name: str, secret: bytes) -> str:
        return base64.b64encode(box.shut(key.keys, keys.clinic_uid, secret, f"{keys.clinic_uid}|archive|{name}")).decode()

    wrapping = {str(number): shut(f"wrapping/{number}", secret) for number, secret in keys.wrapping.items()}
    return {"active": keys.active, "wrapping": wrapping, "field": shut("field", keys.field_key), "index": shut("index", keys.index_key)}


def _left_behind(clinic: Clinic) -> set[str]:
    return STAYS if clinic.state == ClinicState.SUSPENDED else STAYS | STAYS_UNLESS_MOVED


def _pack_rows(address: str, packer: Packer, *, leaves: set[str], tell: Tell) -> int:
    taken, rows = [shape for shape in shapes() if shape.name not in leaves], 0
    with _snapshot(address) as connection:
        check_known(connection)
        for number, shape in enumerate(taken, start=1):
            rows += _pack_table(connection, packer, shape)
            tell(number, len(taken))
    return rows


def _pack_table(connection: Connection, packer: Packer, shape: TableShape) -> int:
    rows = 0
    for number, block in enumerate(read_rows(connection, shape)):
        packer.add(f"{TABLES}/{shape.name}/{number:06d}.jsonl", block)
        rows += block.count(b"\n")
    return rows


def _snapshot(address: str) -> Connection:
    """Open one view of the database that does not change while it is read, although others write."""
    connection = engines().get(address).connect()
    if connection.dialect.name == "postgresql":
        return connection.execution_options(isolation_level="REPEATABLE READ")
    return connection  # SQLite in WAL mode: the first read fixes what this transaction sees


def carried_files(folder: Path) -> Iterator[Path]:
    """Find a clinic's own files: not the database, not caught mails, not what is made anew at the other end."""
    for path in folder.rglob("*"):
        inside = path.relative_to(folder)
        if path.is_symlink() or not path.is_file() or path.suffix in (".new", ".part"):
            continue
        if inside.parts[0] == "mail" or (inside.name.startswith(("clinic.db", "help-now.")) and inside.name != "help-now.toml"):
            continue
        yield path
