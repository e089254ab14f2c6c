"""The calendar file of a feed: when somebody has appointments, and nothing else (RFC 5545, RFC 7986)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from icalendar import Calendar, Event, vDuration

from vtclinic.core.zones import zone
from vtclinic.features.scheduling.ics import SUMMARY, written
from vtclinic.features.scheduling.ics_zone import vtimezone

# How often a calendar program should look again.
REFRESH = timedelta(hours=1)


@dataclass(frozen=True)
class Entry:
    """One appointment as a feed tells it; `status` is a word of RFC 5545 §3.8.1.11."""

    uid: UUID
    start: datetime
    end: datetime
    sequence: int
    changed_at: datetime
    status: str


def feed_ics(entries: Sequence[Entry], zone_name: str) -> bytes:
    """Return the whole file, each entry by itself: a series too is written time by time, so that no client skips an hour that a clock skips.

    The same entries always make the same bytes, which an ETag relies on.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//vt//calendar//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("name", "Appointments")
    calendar.add("x-wr-calname", "Appointments")
    calendar.add("refresh-interval", vDuration(REFRESH), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(REFRESH))
    events = [_event(entry, zone_name) for entry in entries]
    if any("TZID" in event["dtstart"].params for event in events):
        calendar.add_component(vtimezone(zone(zone_name), min(entry.start for entry in entries), max(entry.end for entry in entries)))
    for event in events:
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _event(entry: Entry, zone_name: str) -> Event:
    start, end = written(entry.start, entry.end, zone_name)
    event = Event()
    event.add("uid", str(entry.uid))
    event.add("sequence", entry.sequence)
    event.add("dtstamp", entry.changed_at.astimezone(UTC))
    event.add("last-modified", entry.changed_at.astimezone(UTC))
    event.add("dtstart", start)
    event.add("dtend", end)
    event.add("summary", SUMMARY)
    event.add("status", entry.status)
    event.add("class", "PRIVATE")
    event.add("transp", "TRANSPARENT" if entry.status == "CANCELLED" else "OPAQUE")
    return event
