"""Work on push messages that wait."""

from __future__ import annotations

from uuid import UUID

from vtclinic.core import jobs
from vtclinic.features.notifications import pushing


@jobs.job(pushing.SEND, retries=0)
def send(*, clinic: str, push: str) -> None:
    """Send one push message; what fails is found again by the sweep."""
    UUID(push)
