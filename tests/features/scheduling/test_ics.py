"""The calendar file: what it says, what it never says, and that every reader lands on the same instant."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from dateutil import tz as dateutil_tz
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from vtclinic.core.errors import Invalid
from vtclinic.core.zones import zone
from vtclinic.features.scheduling.ics import Invitation, Method, appointment_ics

INVITATION = Invitation(
    uid=UUID("0193f0a0-0000-7000-8000-000000000001"),
    start=datetime(2026, 12, 3, 17, 30, tzinfo=UTC),
    end=datetime(2026, 12, 3, 18, 20, tzinfo=UTC),
    zone="Europe/Berlin",
    sequence=0,
    stamp=datetime(2026, 11, 22, 9, 0, tzinfo=UTC),
    organizer="no-reply@north.example",
    attendee="reader@mail.example",
)
ZONES = [
    "Europe/Berlin",
    "Europe/Dublin",
    "Africa/Casablanca",
    "America/New_York",
    "America/Santiago",
    "Australia/Lord_Howe",
    "Australia/Sydney",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Pacific/Chatham",
]


def at(invitation: Invitation, zone_name: str, start: datetime) -> Invitation:
    return replace(invitation, zone=zone_name, start=start, end=start + timedelta(minutes=50))


def event_of(file: bytes):
    calendar = Calendar.from_ical(file)
    (event,) = calendar.walk("VEVENT")
    assert not calendar.errors
    assert not event.errors
    return event


def strict_instant(file: bytes, name: str) -> datetime:
    """Read an end the way a client does that trusts only the file's own VTIMEZONE."""
    value = event_of(file)[name]
    if "TZID" not in value.params:
        return value.dt.astimezone(UTC)
    rules = dateutil_tz.tzical(io.StringIO(file.decode())).get(value.params["TZID"])
    return value.dt.replace(tzinfo=rules).astimezone(UTC)


def test_the_file_says_when_and_nothing_else():
    event = event_of(appointment_ics(INVITATION))
    assert set(event) == {
        "UID", "SEQUENCE", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "STATUS", "CLASS", "TRANSP", "ORGANIZER", "ATTENDEE",
    }  # fmt: skip
    assert event["SUMMARY"] == "Appointment"
    assert event["CLASS"] == "PRIVATE"
    assert set(event["ATTENDEE"].params) == {"PARTSTAT", "RSVP"}
    assert not event["ORGANIZER"].params


def test_it_names_no_clinic_and_no_care():
    text = appointment_ics(INVITATION).decode().lower()
    for word in ("therap", "clinic", "patient", "session", "http", "location", "description"):
        assert word not in text


@pytest.mark.parametrize(("method", "status"), [(Method.REQUEST, "CONFIRMED"), (Method.CANCEL, "CANCELLED")])
def test_the_method_and_the_status_agree(method, status):
    file = appointment_ics(INVITATION, method=method)
    assert Calendar.from_ical(file)["METHOD"] == method.value
    assert event_of(file)["STATUS"] == status


def test_a_move_and_a_cancellation_keep_the_uid_and_raise_the_sequence():
    booked = event_of(appointment_ics(INVITATION))
    moved = event_of(appointment_ics(replace(INVITATION, sequence=1, end=INVITATION.end + timedelta(hours=1))))
    cancelled = event_of(appointment_ics(replace(INVITATION, sequence=2), method=Method.CANCEL))
    assert booked["UID"] == moved["UID"] == cancelled["UID"] == str(INVITATION.uid)
    assert [event["SEQUENCE"] for event in (booked, moved, cancelled)] == [0, 1, 2]


def test_lines_end_and_fold_as_the_standard_asks():
    file = appointment_ics(replace(INVITATION, attendee="a-very-long-address-" * 6 + "@mail.example"))
    assert file.endswith(b"END:VCALENDAR\r\n")
    assert all(len(line) <= 75 for line in file.split(b"\r\n"))
    assert b"\n" not in file.replace(b"\r\n", b"")


@pytest.mark.parametrize("name", ZONES)
def test_it_carries_its_own_zone(name):
    calendar = Calendar.from_ical(appointment_ics(at(INVITATION, name, INVITATION.start)))
    (rules,) = calendar.walk("VTIMEZONE")
    assert rules["TZID"] == name
    assert event_of(calendar.to_ical())["DTSTART"].params["TZID"] == name


def test_utc_needs_no_zone():
    file = appointment_ics(replace(INVITATION, zone="UTC"))
    assert b"VTIMEZONE" not in file
    assert b"DTSTART:20261203T173000Z" in file


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("Europe/Berlin", datetime(2026, 3, 29, 0, 30, tzinfo=UTC)),
        ("Europe/Berlin", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        ("Europe/Berlin", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("Europe/Berlin", datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
        ("America/New_York", datetime(2026, 3, 8, 7, 0, tzinfo=UTC)),
        ("America/New_York", datetime(2026, 11, 1, 5, 30, tzinfo=UTC)),
        ("America/New_York", datetime(2026, 11, 1, 6, 30, tzinfo=UTC)),
        ("Europe/Dublin", datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
        ("Europe/Dublin", datetime(2026, 10, 25, 1, 0, tzinfo=UTC)),
        ("Australia/Lord_Howe", datetime(2026, 10, 3, 15, 30, tzinfo=UTC)),
        ("Australia/Lord_Howe", datetime(2026, 4, 4, 15, 0, tzinfo=UTC)),
        ("Australia/Lord_Howe", datetime(2026, 4, 4, 15, 15, tzinfo=UTC)),
        ("America/Santiago", datetime(2026, 9, 6, 4, 0, tzinfo=UTC)),
        ("America/Santiago", datetime(2026, 4, 5, 3, 30, tzinfo=UTC)),
        ("Africa/Casablanca", datetime(2026, 2, 15, 2, 30, tzinfo=UTC)),
        ("Africa/Casablanca", datetime(2026, 3, 22, 2, 0, tzinfo=UTC)),
        ("Asia/Kolkata", datetime(2026, 12, 3, 12, 0, tzinfo=UTC)),
    ],
)
def test_a_strict_client_lands_on_the_instant_around_every_clock_change(name, start):
    file = appointment_ics(at(INVITATION, name, start))
    assert strict_instant(file, "DTSTART") == start
    assert strict_instant(file, "DTEND") == start + timedelta(minutes=50)


def test_the_second_of_two_equal_wall_times_is_written_in_utc():
    second = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert second.astimezone(zone("Europe/Berlin")).fold == 1
    assert b"DTSTART:20261025T013000Z" in appointment_ics(at(INVITATION, "Europe/Berlin", second))


@given(st.sampled_from(ZONES), st.datetimes(datetime(2025, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)))
def test_every_instant_survives_the_file(name, moment):
    start = moment.replace(second=0, microsecond=0)
    file = appointment_ics(at(INVITATION, name, start))
    assert strict_instant(file, "DTSTART") == start
    assert strict_instant(file, "DTEND") == start + timedelta(minutes=50)


@pytest.mark.parametrize("change", [{"end": INVITATION.start}, {"sequence": -1}, {"zone": "Mars/Olympus"}, {"attendee": "a@mail.example\r\nLOCATION:Ward 3"}])
def test_an_impossible_appointment_is_refused(change):
    with pytest.raises(Invalid):
        appointment_ics(replace(INVITATION, **change))
