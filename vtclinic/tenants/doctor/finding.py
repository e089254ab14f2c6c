"""What a check says, and what it has to go by."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from vtclinic.core import clock
from vtclinic.core.crypto.keys import MasterKey
from vtclinic.core.settings import Settings
from vtclinic.tenants.models import Clinic


class Level(StrEnum):
    """How much a finding matters: a PROBLEM makes doctor fail, a WARNING asks to be looked at."""

    PROBLEM = "problem"
    WARNING = "warning"


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it should be: what, in one sentence, and the command or setting that corrects it."""

    check: str
    sentence: str
    fix: str
    level: Level = Level.PROBLEM


@dataclass
class Rounds:
    """What a doctor's round knows; the master key and clinics are missing where they could not be read."""

    settings: Settings
    now: datetime = field(default_factory=clock.now)
    master: MasterKey | None = None
    clinics: list[Clinic] = field(default_factory=list)
    control_is_current: bool = False

    @property
    def in_production(self) -> bool:
        """Tell whether real people are served."""
        return self.settings.env == "production"


Check = Callable[[Rounds], Iterable[Finding]]
