"""A calendar file for one appointment; it says when, and nothing about care (RFC 5545, RFC 5546)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID

from icalendar import Calendar, Event, vCalAddress

from vtclinic.core.errors import Invalid
from vtclinic.core.zones import zone
from vtclinic.features.scheduling.ics_zone import vtimezone

SUMMARY = "Appointment"


class Method(StrEnum):
    """What the receiving calendar does with the file."""

    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


@dataclass(frozen=True)
class Invitation:
    """One state of one appointment, as one reader's calendar should hold it.

    `uid` stays for the appointment's life and `sequence` rises with every change, so that a calendar replaces what it has. `zone` is the
    reader's. `organizer` and `attendee` are bare e-mail addresses: a name would tell who treats whom.
    """

    uid: UUID
    start: datetime
    end: datetime
    zone: str
    sequence: int
    stamp: datetime
    organizer: str
    attendee: str


def appointment_ics(invitation: Invitation, *, method: Method = Method.REQUEST) -> bytes:
    """Return the calendar file for an appointment that is made, moved or cancelled."""
    calendar = Calendar()
    calendar.add("prodid", "-//vt//calendar//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method.value)
    event = _event(invitation, method)
    if "TZID" in event["dtstart"].params:
        calendar.add_component(vtimezone(zone(invitation.zone), invitation.start, invitation.end))
    calendar.add_component(event)
    return calendar.to_ical()


def _event(invitation: Invitation, method: Method) -> Event:
    if invitation.end <= invitation.start or invitation.sequence < 0:
        raise Invalid("an appointment ends after it starts, and its sequence begins at 0")
    if not (invitation.organizer + invitation.attendee).isprintable():
        raise Invalid("an address has no line breaks")
    start, end = written(invitation.start, invitation.end, invitation.zone)
    event = Event()
    event.add("uid", str(invitation.uid))
    event.add("sequence", invitation.sequence)
    event.add("dtstamp", invitation.stamp.astimezone(UTC))
    event.add("dtstart", start)
    event.add("dtend", end)
    event.add("summary", SUMMARY)
    event.add("status", "CANCELLED" if method is Method.CANCEL else "CONFIRMED")
    event.add("class", "PRIVATE")
    event.add("transp", "TRANSPARENT" if method is Method.CANCEL else "OPAQUE")
    event.add("organizer", vCalAddress(f"mailto:{invitation.organizer}"))
    event.add("attendee", _attendee(invitation.attendee))
    return event


def _attendee(address: str) -> vCalAddress:
    attendee = vCalAddress(f"mailto:{address}")
    attendee.params["PARTSTAT"] = "ACCEPTED"
    attendee.params["RSVP"] = "FALSE"
    return attendee


def written(start: datetime, end: datetime, zone_name: str) -> tuple[datetime, datetime]:
    """Return both ends in the reader's zone, or in UTC when a wall time there would be read as another instant."""
    place = zone(zone_name)
    ends = start.astimezone(place), end.astimezone(place)
    # RFC 5545 §3.3.5 reads a repeated wall time as its first occurrence, so the second cannot be written with a TZID.
    if any(each.fold for each in ends):
        return start.astimezone(UTC), end.astimezone(UTC)
    return ends
