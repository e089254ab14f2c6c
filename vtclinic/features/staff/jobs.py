"""What staff does by itself."""

from __future__ import annotations

from vtclinic.core.jobs import periodic
from vtclinic.core.uow import unit_of_work
from vtclinic.features.staff import credentials


@periodic("credential.remind", seconds=6 * 3600)
def remind_of_expiry(*, clinic: str) -> None:
    """Write to therapists whose licence runs out soon."""
    with unit_of_work():
        credentials.remind_of_expiry()
