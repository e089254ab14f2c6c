"""All kinds of session of the clinic; the query for closed days brings them along."""

from __future__ import annotations

from sqlalchemy import select

from vtclinic.core.uow import once, session
from vtclinic.features.scheduling.models import ServiceType


@once
def every() -> list[ServiceType]:
    """Return all kinds of session, those that are no longer offered too, the oldest first."""
    return list(session().scalars(select(ServiceType).order_by(ServiceType.uid)))
