"""When a calendar file says somebody is busy. Runs as a process of its own, with little time and memory, since any file may be hostile.

Stdin: {"files", "zone", "start", "end", "tentative", "cpu"}; stdout: {"busy": [[start, end, uid], …], "skipped"}, instants as seconds since 1970.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import recurring_ical_events
from icalendar import Calendar

from vtclinic.core.zones import wall_instant, zone

MEMORY = 1 << 30
DAY = timedelta(days=1)
MOST = 20_000
# Nobody is busy every minute; such a rule only keeps a reader busy.
_TOO_OFTEN = {"SECONDLY", "MINUTELY", "HOURLY"}
_FREE = {"CANCELLED"}


@dataclass(frozen=True)
class Wanted:
    """The stretch of time to read, the zone for times that name none, and whether what is not certain counts."""

    start: datetime
    end: datetime
    zone: str
    tentative: bool = True


@dataclass(frozen=True)
class Found:
    """Busy times with the entry's id, unsorted, and how many entries could not be understood."""

    busy: list[tuple[datetime, datetime, str]]
    skipped: int


def read(files: list[str], wanted: Wanted) -> Found:
    """Return when these files say somebody is busy; raises ValueError for what is no calendar file."""
    busy: list[tuple[datetime, datetime, str]] = []
    skipped = 0
    for text in files:
        calendars: list[Any] = Calendar.from_ical(text, multiple=True)
        if not calendars or any(calendar.name != "VCALENDAR" for calendar in calendars):
            raise ValueError("no calendar")
        for calendar in calendars:
            skipped += _drop_what_is_odd(calendar)
            for event in recurring_ical_events.of(calendar).between(wanted.start, wanted.end):
                if len(busy) > MOST:
                    raise ValueError("too many entries")
                busy += _of_event(event, wanted)
            busy += [entry for part in calendar.walk("VFREEBUSY") for entry in _of_freebusy(part)]
    return Found([entry for entry in busy if entry[0] < wanted.end and entry[1] > wanted.start], skipped)


def _drop_what_is_odd(calendar: Any) -> int:
    odd = [event for event in calendar.walk("VEVENT") if _is_odd(event)]
    calendar.subcomponents = [part for part in calendar.subcomponents if not any(part is event for event in odd)]
    return len(odd)


def _is_odd(event: Any) -> bool:
    if event.errors or "DTSTART" not in event or isinstance(event["DTSTART"], list):
        return True
    rules = event.get("RRULE", [])
    for rule in rules if isinstance(rules, list) else [rules]:
        often = {str(word).upper() for word in rule.get("FREQ", [])} & _TOO_OFTEN
        if often or any(len(rule.get(part, [])) > 4 for part in ("BYHOUR", "BYMINUTE", "BYSECOND")):
            return True
    return False


def _of_event(event: Any, wanted: Wanted) -> Iterator[tuple[datetime, datetime, str]]:
    status = str(event.get("STATUS", "")).upper()
    free = str(event.get("TRANSP", "")).upper() == "TRANSPARENT" or str(event.get("X-MICROSOFT-CDO-BUSYSTATUS", "")).upper() == "FREE"
    if free or status in _FREE or (status == "TENTATIVE" and not wanted.tentative):
        return
    begin = event["DTSTART"].dt
    start, end = _instant(begin, wanted.zone), _instant(_end(event, begin), wanted.zone)
    if start < end:
        yield start, end, str(event.get("UID", ""))


def _end(event: Any, begin: date) -> date:
    """Return where an entry ends (RFC 5545 §3.6.1): told, counted from its length, or after its one day, or at once."""
    if "DTEND" in event:
        end: date = event["DTEND"].dt
        if end != begin or "DURATION" not in event:
            return end if end > begin or isinstance(begin, datetime) else begin + DAY
    if "DURATION" in event:
        return begin + event["DURATION"].dt
    return begin if isinstance(begin, datetime) else begin + DAY


def _of_freebusy(part: Any) -> Iterator[tuple[datetime, datetime, str]]:
    rows = part.get("FREEBUSY", [])
    for row in rows if isinstance(rows, list) else [rows]:
        if str(row.params.get("FBTYPE", "BUSY")).upper() == "FREE":
            continue
        for period in getattr(row, "dts", [row]):
            start, last = period.dt if hasattr(period, "dt") else period
            end = start + last if isinstance(last, timedelta) else last
            yield start.astimezone(UTC), end.astimezone(UTC), ""


def _instant(value: date, zone_name: str) -> datetime:
    """Return an instant: a bare day begins, and a time without a zone lies, on the therapist's own clock."""
    if not isinstance(value, datetime):
        return wall_instant(value, time(0), zone_name)
    return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=zone(zone_name)).astimezone(UTC)


def _bound(seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def main() -> int:
    """Read what stdin brings; return 1 when it is no calendar."""
    asked: dict[str, Any] = json.load(sys.stdin)
    _bound(asked["cpu"])
    start, end = (datetime.fromtimestamp(asked[name], UTC) for name in ("start", "end"))
    try:
        found = read(asked["files"], Wanted(start, end, asked["zone"], asked["tentative"]))
    except (ValueError, ArithmeticError, LookupError, TypeError, AttributeError, RecursionError, MemoryError):
        return 1  # whatever a hostile file breaks, it is no calendar that can be read
    json.dump({"busy": [(start.timestamp(), end.timestamp(), uid) for start, end, uid in found.busy], "skipped": found.skipped}, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
