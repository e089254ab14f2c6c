"""By when a clinician reads an answer that names self-harm: what patients are told is what the task is held to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from vtclinic.features.progress.instruments import RiskLevel

AT_ONCE = timedelta(minutes=15)


@dataclass(frozen=True)
class WorkingDays:
    """When a clinic's working day starts and ends, and on which weekdays (Monday 0) there is one."""

    starts: time = time(9)
    ends: time = time(17)
    days: frozenset[int] = frozenset(range(5))


@dataclass(frozen=True)
class Duty:
    """Whether somebody is on call at this moment, and when somebody is next; `on_call` is None where that cannot be said."""

    on_call: bool | None = None
    next_at: datetime | None = None


@dataclass
class _Asked:
    working_days: Callable[[], WorkingDays] = field(default=WorkingDays)
    duty: Callable[[], Duty] = field(default=Duty)


_asked = _Asked()


def ask_clinic(working_days: Callable[[], WorkingDays], duty: Callable[[], Duty]) -> None:
    """Say where the clinic's own working days and its rota are read."""
    _asked.working_days, _asked.duty = working_days, duty


def duty_now() -> Duty:
    """Tell whether somebody is on call now."""
    return _asked.duty()


def read_by(level: str, raised_at: datetime, timezone: str, at_once: timedelta = AT_ONCE) -> datetime:
    """Return the promised instant: `at_once` for "now", else the end of the clinic's working day.

    After hours and on days off "same working day" is the next working day, and callers say so.
    """
    if level == RiskLevel.NOW:
        return raised_at + at_once
    working = _asked.working_days()
    local = raised_at.astimezone(ZoneInfo(timezone))
    day = local.date()
    if local.time() >= working.ends:
        day += timedelta(days=1)
    while day.weekday() not in working.days:
        day += timedelta(days=1)
    return datetime.combine(day, working.ends, tzinfo=ZoneInfo(timezone)).astimezone(UTC)
