"""Bringing a clinic in from the file that `lifecycle_export` wrote, here or on another instance, into SQLite or PostgreSQL."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any
from uuid import UUID

from alembic.util.exc import CommandError
from sqlalchemy import Connection, delete, inspect, select, text
from sqlalchemy.orm import Session

from vtclinic.core import clock
from vtclinic.core.audit import record_instance
from vtclinic.core.crypto import box
from vtclinic.core.crypto.keys import ClinicKeys
from vtclinic.core.database import WRITE
from vtclinic.core.errors import Conflict, Invalid
from vtclinic.core.policy import Actor
from vtclinic.core.uow import control_unit_of_work, engines
from vtclinic.tenants.database import create_database
from vtclinic.tenants.helpnow import refresh_help_now
from vtclinic.tenants.instance import Instance, clinic_url, stored_url
from vtclinic.tenants.keys import adopt_keys
from vtclinic.tenants.lifecycle_archive import ArchiveKey, read_archive_key, read_members
from vtclinic.tenants.lifecycle_export import CARRIED, FILES, KEYS, MANIFEST, TABLES
from vtclinic.tenants.lifecycle_rows import TableShape, set_counters, write_rows
from vtclinic.tenants.migrate import upgrade
from vtclinic.tenants.models import Clinic, ClinicHost, ClinicState
from vtclinic.tenants.resolve import as_scope, hosts_taken, normal_host, touch_directory
from vtclinic.tenants.service import HOST, SLUG, discard_half_made

_STRANGE = "The file is not a clinic exported by vtclinic."
Tell = Callable[[int, int], None]


@dataclass(frozen=True)
class Wanted:
    """How the clinic is called here, where that differs from the file."""

    slug: str = ""
    hosts: Sequence[str] = ()


@dataclass
class Arrival:
    """A clinic on its way in: the manifest, and what has come so far."""

    manifest: dict[str, Any]
    keys: ClinicKeys
    slug: str
    hosts: list[str]
    shapes: dict[str, TableShape] = field(default_factory=dict)
    rows: int = 0

    @property
    def uid(self) -> UUID:
        """The clinic's id, which everything in it is encrypted for."""
        return UUID(self.manifest["uid"])


def import_clinic(instance: Instance, actor: Actor, path: Path, *, passphrase: str, wanted: Wanted | None = None, tell: Tell = lambda done, total: None) -> Arrival:
    """Bring a clinic in; it serves people once everything is there, under the keys it had, with nobody signed in.

    Killed half-way it stays in MAKING and the next call starts over. Raises Invalid for a wrong passphrase or a damaged file, Conflict
    when the clinic, its short name or its hostname is here already.
    """
    with path.open("rb") as file:
        key = read_archive_key(file, passphrase)
        with closing(read_members(file, key)) as members:
            arrival = _greet(members, key, wanted or Wanted())
            clinic = _announce(instance, arrival)
            try:
                _unpack(instance, clinic, arrival, members, tell)
            except BaseException:
                discard_half_made(instance, arrival.slug)
                raise
    refresh_help_now(as_scope(instance, clinic))
    with control_unit_of_work() as control:
        control.get_one(Clinic, clinic.uid).state = ClinicState.ACTIVE
        touch_directory(control)
        record_instance(actor, "clinic.imported", "clinic", arrival.slug, key=instance.audit_key)
    return arrival


def _greet(members: Iterator[tuple[str, bytes]], key: ArchiveKey, wanted: Wanted) -> Arrival:
    try:
        manifest, keys = (_expect(members, name) for name in (MANIFEST, KEYS))
        slug = wanted.slug or manifest["clinic"]["slug"]
        hosts = [normal_host(host) for host in wanted.hosts] or list(manifest["hosts"])
        arrival = Arrival(manifest, _opened(UUID(manifest["uid"]), keys, key), slug, hosts)
        arrival.shapes = {value["name"]: TableShape.from_json(value) for value in manifest["tables"]}
    except (KeyError, TypeError, ValueError) as error:
        raise Invalid(_STRANGE) from error
    if not SLUG.fullmatch(slug):
        raise Invalid(f"{slug!r} cannot be a clinic's short name.", hint="Use small letters, digits and hyphens: --slug NAME")
    if not all(HOST.fullmatch(host) for host in hosts):
        raise Invalid("Give a hostname such as harbour.example.org.")
    return arrival


def _expect(members: Iterator[tuple[str, bytes]], name: str) -> dict[str, Any]:
    found, content = next(members, ("", b""))
    if found != name:
        raise Invalid(_STRANGE)
    return dict(json.loads(content))


def _opened(uid: UUID, shut: dict[str, Any], key: ArchiveKey) -> ClinicKeys:
    def opened(name: str, sealed: str) -> bytes:
        return box.open_box(key.keys, base64.b64decode(sealed), f"{uid}|archive|{name}")

    wrapping = {int(number): opened(f"wrapping/{number}", sealed) for number, sealed in shut["wrapping"].items()}
    return ClinicKeys(uid, wrapping, int(shut["active"]), opened("field", shut["field"]), opened("index", shut["index"]))


def _announce(instance: Instance, arrival: Arrival) -> Clinic:
    """Write the directory row, not yet serving; refuse what would collide."""
    discard_half_made(instance, arrival.slug)
    with control_unit_of_work() as control:
        _refuse_double(control, instance, arrival)
        values = {name: arrival.manifest["clinic"][name] for name in CARRIED if name not in ("slug", "state")}
        clinic = Clinic(
            uid=arrival.uid, slug=arrival.slug, state=ClinicState.MAKING, created_at=clock.now(), database_url=stored_url(instance.settings, arrival.slug), **values
        )
        clinic.hosts = [ClinicHost(host=host, position=position) for position, host in enumerate(arrival.hosts)]
        clinic.keys = adopt_keys(instance.master, arrival.keys)
        control.add(clinic)
    return clinic


def _refuse_double(control: Session, instance: Instance, arrival: Arrival) -> None:
    here = control.get(Clinic, arrival.uid)
    if here is not None:
        raise Conflict(f"This clinic is on this installation already, as {here.slug}.", hint="A clinic is in one place at a time: erase the older copy first.")
    if control.scalar(select(Clinic.uid).where(Clinic.slug == arrival.slug)):
        raise Conflict(f"A clinic called {arrival.slug} exists already.", hint="Choose another short name: --slug NAME")
    if taken := hosts_taken(control, arrival.hosts):
        raise Conflict(f"The address {taken[0]} belongs to another clinic already.", hint="Choose another hostname: --host NAME")
    if normal_host(instance.settings.console_host) in arrival.hosts:
        raise Conflict("This hostname is the IT console's.", hint="Choose another hostname: --host NAME")


def _unpack(instance: Instance, clinic: Clinic, arrival: Arrival, members: Iterator[tuple[str, bytes]], tell: Tell) -> None:
    address, folder = clinic_url(instance.settings, clinic), instance.settings.clinics / clinic.slug
    create_database(address)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        upgrade(address, "clinic", to=arrival.manifest["schema"])
    except CommandError:
        raise Conflict("This clinic comes from a newer vtclinic.", hint="Upgrade this installation first.") from None
    with engines().get(address).connect().execution_options(**{WRITE: True}) as connection, connection.begin():
        _check_tables(connection, arrival)
        if connection.dialect.name == "sqlite":
            connection.execute(text("PRAGMA defer_foreign_keys=ON"))
        for shape in arrival.shapes.values():
            # What a new clinic begins with, such as its first kind of session, gives way to what arrives.
            connection.execute(delete(shape.table))
        for name, content in members:
            _take(connection, folder, arrival, name, content)
            tell(arrival.rows, 0)
        for shape in arrival.shapes.values():
            set_counters(connection, shape)
    engines().forget(address)
    upgrade(address, "clinic")


def _check_tables(connection: Connection, arrival: Arrival) -> None:
    if unknown := arrival.shapes.keys() - set(inspect(connection).get_table_names()):
        raise Invalid(f"The file holds a table this version does not know: {min(unknown)}.")


def _take(connection: Connection, folder: Path, arrival: Arrival, name: str, content: bytes) -> None:
    kind, _, rest = name.partition("/")
    if kind == TABLES and (shape := arrival.shapes.get(rest.partition("/")[0])):
        arrival.rows += write_rows(connection, shape, content)
    elif kind == FILES:
        _write_file(folder, rest, content)
    else:
        raise Invalid(_STRANGE)


def _write_file(folder: Path, name: str, content: bytes) -> None:
    inside = PurePosixPath(name)
    if inside.is_absolute() or not inside.parts or ".." in inside.parts or "\\" in name or inside.name.startswith("clinic.db"):
        raise Invalid(_STRANGE)
    path = folder.joinpath(*inside.parts)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.write_bytes(content)


