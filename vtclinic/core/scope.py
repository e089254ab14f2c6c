"""Which clinic this request, job, socket event or command works for.

Fail-closed: outside a scope every clinic query raises, and scopes do not nest, so work can never slide from one clinic into another.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from vtclinic.core.errors import NoScope

if TYPE_CHECKING:
    from vtclinic.core.crypto.keys import ClinicKeys


@dataclass(frozen=True)
class ClinicScope:
    """One clinic as the running code sees it; made by `tenants.resolve`."""

    uid: UUID
    slug: str
    name: str
    hosts: tuple[str, ...]
    country: str
    timezone: str
    locale: str
    theme: str
    theme_css: str
    state: str
    registration: str
    leave_url: str
    words: dict[str, str]
    has_logo: bool
    keys: ClinicKeys = field(repr=False)
    database_url: str = field(repr=False)
    files: Path
    base_url: str

    @property
    def host(self) -> str:
        """The hostname that links in e-mails use."""
        return self.hosts[0]


_current: ContextVar[ClinicScope | None] = ContextVar("clinic", default=None)


def current_clinic() -> ClinicScope:
    """Return the clinic in whose scope this code runs; raise NoScope outside one."""
    clinic = _current.get()
    if clinic is None:
        raise NoScope("clinic data was asked for outside a clinic's scope")
    return clinic


def maybe_clinic() -> ClinicScope | None:
    """Return the clinic in scope, or None on pages that belong to no clinic."""
    return _current.get()


@contextmanager
def enter_scope(clinic: ClinicScope) -> Iterator[ClinicScope]:
    """Work for `clinic` until the block ends; raise NoScope inside another clinic's scope."""
    if _current.get() is not None:
        raise NoScope("a clinic's scope is open already; scopes do not nest")
    token = _current.set(clinic)
    try:
        yield clinic
    finally:
        _current.reset(token)
