"""How long a sign-in lasts, by role, as the settings say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from vtclinic.core.settings import Settings

SECOND_STEP_WITHIN = timedelta(minutes=10)
SET_UP_WITHIN = timedelta(hours=1)
CONFIRM_WITHIN = timedelta(days=1)


@dataclass(frozen=True)
class Limits:
    """Idle and absolute time-outs."""

    patient_idle: timedelta = timedelta(minutes=30)
    patient_absolute: timedelta = timedelta(hours=24)
    staff_idle: timedelta = timedelta(minutes=15)
    staff_absolute: timedelta = timedelta(hours=12)
    fresh: timedelta = timedelta(minutes=10)

    def idle(self, *, staff: bool) -> timedelta:
        """Return after how long without a request a session ends."""
        return self.staff_idle if staff else self.patient_idle

    def absolute(self, *, staff: bool) -> timedelta:
        """Return after how long a session ends however busy it is."""
        return self.staff_absolute if staff else self.patient_absolute


@dataclass
class _Wiring:
    limits: Limits = Limits()


_wiring = _Wiring()


def configure(settings: Settings) -> None:
    """Take the time-outs from the settings."""
    _wiring.limits = Limits(
        patient_idle=timedelta(minutes=settings.patient_idle_minutes),
        patient_absolute=timedelta(hours=settings.patient_absolute_hours),
        staff_idle=timedelta(minutes=settings.staff_idle_minutes),
        staff_absolute=timedelta(hours=settings.staff_absolute_hours),
        fresh=timedelta(minutes=settings.fresh_minutes),
    )


def limits() -> Limits:
    """Return the time-outs in force."""
    return _wiring.limits
