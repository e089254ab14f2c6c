"""One calendar file for several times: each is an event of its own, with the UID that it keeps whatever becomes of it.

No RRULE: a wall time that is skipped must not be counted by a reader of one (RFC 5545 §3.3.10), and the session takes place all the same. Events
of several UIDs go as PUBLISH, which names no attendee (RFC 5546 §3.2.1).
"""

from __future__ import annotations

from collections.abc import Sequence

from icalendar import Calendar, Event

from vtclinic.core.scope import current_clinic
from vtclinic.core.zones import zone
from vtclinic.features.scheduling.ics import Invitation, Method, appointment_ics
from vtclinic.features.scheduling.ics_zone import vtimezone
from vtclinic.features.scheduling.models import Appointment
from vtclinic.identity.service import User


def calendar_file(appointments: Sequence[Appointment], reader: User) -> str:
    """Return these sessions as one of their two people should hold them; what was called off comes as cancelled."""
    calendar = Calendar()
    calendar.add("prodid", "-//vt//calendar//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    events = [_event(each, reader) for each in appointments]
    if any("TZID" in event["dtstart"].params for event in events):
        first, last = min(each.starts_at for each in appointments), max(each.ends_at for each in appointments)
        calendar.add_component(vtimezone(zone(_zone(appointments[0], reader)), first, last))
    for event in events:
        calendar.add_component(event)
    return calendar.to_ical().decode()


def _event(appointment: Appointment, reader: User) -> Event:
    invitation = Invitation(
        uid=appointment.uid,
        start=appointment.starts_at,
        end=appointment.ends_at,
        zone=_zone(appointment, reader),
        sequence=appointment.ics_sequence,
        stamp=appointment.changed_at,
        organizer=f"no-reply@{current_clinic().host}",
        attendee=reader.email,
    )
    made = appointment_ics(invitation, method=Method.CANCEL if appointment.is_cancelled else Method.REQUEST)
    event = Calendar.from_ical(made.decode()).walk("VEVENT")[0]
    assert isinstance(event, Event)
    del event["attendee"]
    return event


def _zone(appointment: Appointment, reader: User) -> str:
    return appointment.patient_zone if reader.uid == appointment.patient_uid else appointment.therapist_zone
