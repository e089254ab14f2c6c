"""By when a clinician reads an answer that names self-harm: what patients are told is what the task is held to."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from vtclinic.features.progress.instruments import RiskLevel

DAY_ENDS = time(17)
AT_ONCE = timedelta(minutes=15)
_SATURDAY = 5


def read_by(level: str, raised_at: datetime, timezone: str) -> datetime:
    """Return the promised instant: 15 minutes for "now", else the end of the clinic's working day.

    After hours and at weekends "same working day" is the next working day, and callers say so.
    """
    if level == RiskLevel.NOW:
        return raised_at + AT_ONCE
    local = raised_at.astimezone(ZoneInfo(timezone))
    day = local.date()
    if local.time() >= DAY_ENDS:
        day += timedelta(days=1)
    while day.weekday() >= _SATURDAY:
        day += timedelta(days=1)
    return datetime.combine(day, DAY_ENDS, tzinfo=ZoneInfo(timezone)).astimezone(UTC)
