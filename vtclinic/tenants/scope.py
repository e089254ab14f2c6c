"""Entering a clinic's scope from anywhere: request, job, socket event, command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from vtclinic.core.errors import Unavailable
from vtclinic.core.i18n import locale_scope
from vtclinic.core.scope import ClinicScope, enter_scope
from vtclinic.tenants.models import ClinicState
from vtclinic.tenants.resolve import Directory


@contextmanager
def tenant_scope(clinic: ClinicScope) -> Iterator[ClinicScope]:
    """Work for one clinic until the block ends, in its language and time zone."""
    with enter_scope(clinic), locale_scope(clinic.locale, clinic.timezone):
        yield clinic


@contextmanager
def tenant_scope_by_slug(directory: Directory, slug: str) -> Iterator[ClinicScope]:
    """Work for the clinic named `slug`; raise NotFound, or Unavailable while it is suspended."""
    clinic = directory.by_slug(slug)
    if clinic.state != ClinicState.ACTIVE:
        raise Unavailable(f"The clinic {slug} is suspended.")
    with tenant_scope(clinic):
        yield clinic
