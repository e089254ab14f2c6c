"""By when a patient can expect a reply: the end of the therapist's next working day, in the therapist's zone."""

from datetime import UTC, datetime, time

import pytest

from vtclinic.features.messaging.promise import reply_by

OFFICE = {day: [(time(9), time(17))] for day in range(5)}
EARLY = {day: [(time(8), time(12))] for day in range(5)}
EVENINGS = {1: [(time(18), time(21))], 3: [(time(18), time(21))]}
SATURDAY = {5: [(time(10), time(14)), (time(15), time(19))]}


@pytest.mark.parametrize(
    ("written", "hours", "zone", "promised"),
    [
        ("2026-11-24T10:00", OFFICE, "Europe/Dublin", "2026-11-25T17:00"),
        ("2026-11-27T23:30", OFFICE, "Europe/Dublin", "2026-11-30T17:00"),
        ("2026-11-28T12:00", OFFICE, "Europe/Dublin", "2026-11-30T17:00"),
        ("2026-11-24T10:00", EARLY, "Europe/Dublin", "2026-11-25T12:00"),
        ("2026-11-24T20:00", EVENINGS, "Europe/Dublin", "2026-11-26T21:00"),
        ("2026-11-23T10:00", SATURDAY, "Europe/Dublin", "2026-11-28T17:00"),
        ("2026-11-24T10:00", {}, "Europe/Dublin", "2026-11-25T17:00"),
        # Monday night in Madrid is Monday evening in New York: the therapist's day counts.
        ("2026-11-24T01:30", OFFICE, "America/New_York", "2026-11-24T22:00"),
        # Over the end of summer time, 25 October 2026: wall time stays 17:00.
        ("2026-10-23T12:00", OFFICE, "Europe/Madrid", "2026-10-26T16:00"),
    ],
)
def test_the_reply_comes_by_the_end_of_the_next_working_day(written, hours, zone, promised):
    assert reply_by(datetime.fromisoformat(written).replace(tzinfo=UTC), hours, zone) == datetime.fromisoformat(promised).replace(tzinfo=UTC)
