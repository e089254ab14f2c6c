"""Jobs that belong to no feature: sending mail and looking for mail whose job was lost."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from vtclinic.core import jobs
from vtclinic.core.errors import Unavailable
from vtclinic.core.outbox import DELIVER, deliver_mail, due_mails
from vtclinic.core.settings import Settings


@dataclass
class _Wiring:
    settings: Settings | None = None


_wiring = _Wiring()


def configure(settings: Settings) -> None:
    """Say which settings these jobs use."""
    _wiring.settings = settings
    jobs.periodic("mail.sweep", seconds=settings.sweep_seconds)(sweep)


def _settings() -> Settings:
    if _wiring.settings is None:
        raise Unavailable("housekeeping is not configured")
    return _wiring.settings


@jobs.job(DELIVER, retries=0)
def deliver(*, clinic: str, mail: str) -> None:
    """Send one mail; what fails is found again by the sweep."""
    deliver_mail(_settings(), UUID(mail))


def sweep(*, clinic: str) -> None:
    """Send what waits in one clinic's outbox."""
    for uid in due_mails():
        deliver_mail(_settings(), uid)
