"""From a hostname or a slug to an opened clinic.

A process keeps opened clinics in memory and looks once a second whether the directory has a newer version number.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from vtclinic.core import clock
from vtclinic.core.errors import NotFound
from vtclinic.core.scope import ClinicScope
from vtclinic.core.settings import Settings
from vtclinic.core.uow import control_reading
from vtclinic.tenants.instance import Instance, clinic_url
from vtclinic.tenants.keys import open_keys
from vtclinic.tenants.look import clinic_look
from vtclinic.tenants.models import Clinic, ClinicHost, ClinicState, DirectoryVersion

CHECK_SECONDS = 1.0
SERVED = (ClinicState.ACTIVE, ClinicState.SUSPENDED)


@dataclass
class Directory:
    """The clinics of this instance as one process knows them."""

    instance: Instance
    _by_slug: dict[str, ClinicScope] = field(default_factory=dict)
    _slug_of: dict[str, str | None] = field(default_factory=dict)
    _version: int = -1
    _checked: float = -CHECK_SECONDS
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def by_host(self, host: str) -> ClinicScope:
        """Find the clinic of a request's Host header; raise NotFound for an unknown name."""
        name = normal_host(host)
        self._refresh()
        if name not in self._slug_of:
            with control_reading() as control:
                row = control.get(ClinicHost, name)
                found = control.get(Clinic, row.clinic_uid) if row else None
                slug = found.slug if found and found.state in SERVED else None
            if slug is None:
                raise NotFound()  # unknown names are not remembered: a stranger could fill the memory with them
            self._slug_of[name] = slug
        known = self._slug_of[name]
        assert known is not None
        return self.by_slug(known)

    def by_slug(self, slug: str) -> ClinicScope:
        """Open one clinic by its slug; raise NotFound."""
        self._refresh()
        scope = self._by_slug.get(slug)
        if scope is None:
            with control_reading() as control:
                clinic = control.scalar(select(Clinic).where(Clinic.slug == slug))
                if clinic is None or clinic.state not in SERVED:
                    raise NotFound(f"There is no clinic called {slug}.", hint="List them with: vtclinic tenant list")
                scope = self._by_slug[slug] = as_scope(self.instance, clinic)
        return scope

    def slugs(self, *states: str) -> list[str]:
        """List clinics by state (active ones unless told)."""
        with control_reading() as control:
            return list(control.scalars(select(Clinic.slug).where(Clinic.state.in_(states or (ClinicState.ACTIVE,))).order_by(Clinic.slug)))

    def forget(self) -> None:
        """Look everything up anew from now on."""
        with self._lock:
            self._by_slug.clear()
            self._slug_of.clear()
            self._checked = -CHECK_SECONDS

    def _refresh(self) -> None:
        if clock.monotonic() - self._checked < CHECK_SECONDS:
            return
        with control_reading() as control:
            number = _number(control)
        if number != self._version:
            self.forget()
            self._version = number
        self._checked = clock.monotonic()


def as_scope(instance: Instance, clinic: Clinic) -> ClinicScope:
    """Open a clinic's keys and look, and freeze all of it for the running code."""
    files = instance.settings.clinics / clinic.slug
    look = clinic_look(instance.settings, files, clinic.theme)
    hosts = tuple(row.host for row in clinic.hosts)
    return ClinicScope(
        uid=clinic.uid,
        slug=clinic.slug,
        name=clinic.name,
        hosts=hosts,
        country=clinic.country,
        timezone=clinic.timezone,
        locale=clinic.locale,
        theme=clinic.theme,
        theme_css=look.css_hash,
        state=clinic.state,
        registration=clinic.registration,
        leave_url=clinic.leave_url,
        words=look.words,
        has_logo=look.has_logo,
        keys=open_keys(instance.master, clinic),
        database_url=clinic_url(instance.settings, clinic),
        files=files,
        base_url=base_url(instance.settings, hosts[0]),
    )


def base_url(settings: Settings, host: str) -> str:
    """Return the address people type, for links in e-mails."""
    standard = {"https": 443, "http": 80}[settings.public_scheme]
    port = settings.public_port or standard
    return f"{settings.public_scheme}://{host}" + ("" if port == standard else f":{port}")


def normal_host(host: str) -> str:
    """Lower-case a Host header and drop its port and final dot."""
    name = host.strip().lower()
    name = name.rsplit(":", 1)[0] if name.count(":") == 1 else name
    return name.rstrip(".")


def touch_directory(control: Session) -> None:
    """Tell every process that the directory changed; call it in the unit of work that changes it."""
    row = control.get(DirectoryVersion, 1) or DirectoryVersion(id=1, number=0)
    row.number += 1
    control.add(row)


def hosts_taken(control: Session, hosts: Iterable[str]) -> list[str]:
    """Tell which of these hostnames lead to a clinic already."""
    return list(control.scalars(select(ClinicHost.host).where(ClinicHost.host.in_(list(hosts)))))


def _number(control: Session) -> int:
    row = control.get(DirectoryVersion, 1)
    return row.number if row else 0
