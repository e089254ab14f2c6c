"""Zones come from the pinned package, whatever the system has."""

from __future__ import annotations

import zoneinfo
from datetime import UTC, date, datetime, time, timedelta
from importlib import metadata, resources

import pytest

from vtclinic.core.errors import Invalid
from vtclinic.core.zones import wall_instant, zone, zone_names, zones_version


def test_the_system_zone_files_are_out_of_reach():
    zone("Europe/Berlin")
    assert zoneinfo.TZPATH == ()


@pytest.mark.parametrize("name", ["Africa/Casablanca", "America/Vancouver", "America/Edmonton", "America/Winnipeg", "America/Havana"])
def test_a_zone_reads_the_package_where_systems_differ(name):
    with resources.files("tzdata.zoneinfo").joinpath(name).open("rb") as file:
        packaged = zoneinfo.ZoneInfo.from_file(file, key=name)
    for month in range(36):
        moment = datetime(2026, 1, 1, tzinfo=UTC) + month * timedelta(days=30)
        assert moment.astimezone(zone(name)).utcoffset() == moment.astimezone(packaged).utcoffset()


def test_the_version_is_the_packages():
    year, release = metadata.version("tzdata").split(".")
    assert zones_version() == f"{year}{chr(ord('a') + int(release) - 1)}"


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "../etc/passwd", "/etc/localtime", "America", "europe/berlin", "UTC\x00"])
def test_an_unknown_name_is_refused(name):
    with pytest.raises(Invalid):
        zone(name)


def test_every_listed_name_opens():
    assert {"UTC", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kolkata"} <= zone_names()
    assert all(zone(name).key == name for name in zone_names())


# Every row: zone, date, wall time, the instant in UTC.
TRAPS = [
    # Ordinary days on both sides of a change, and offsets that are not whole hours.
    ("Europe/Berlin", "2026-01-15", "09:00", "2026-01-15T08:00"),
    ("Europe/Berlin", "2026-07-15", "09:00", "2026-07-15T07:00"),
    ("Asia/Kolkata", "2026-03-29", "09:00", "2026-03-29T03:30"),
    ("Asia/Kathmandu", "2026-03-29", "09:00", "2026-03-29T03:15"),
    ("Pacific/Chatham", "2026-07-01", "09:00", "2026-06-30T20:15"),
    # A skipped hour shifts forward by the gap; its edges stay.
    ("Europe/Berlin", "2026-03-29", "01:59", "2026-03-29T00:59"),
    ("Europe/Berlin", "2026-03-29", "02:00", "2026-03-29T01:00"),
    ("Europe/Berlin", "2026-03-29", "02:30", "2026-03-29T01:30"),
    ("Europe/Berlin", "2026-03-29", "03:00", "2026-03-29T01:00"),
    ("America/New_York", "2026-03-08", "02:30", "2026-03-08T07:30"),
    ("Europe/London", "2026-03-29", "01:30", "2026-03-29T01:30"),
    # A repeated hour is its first occurrence; its edges stay.
    ("Europe/Berlin", "2026-10-25", "01:59", "2026-10-24T23:59"),
    ("Europe/Berlin", "2026-10-25", "02:30", "2026-10-25T00:30"),
    ("Europe/Berlin", "2026-10-25", "03:00", "2026-10-25T02:00"),
    ("America/New_York", "2026-11-01", "01:30", "2026-11-01T05:30"),
    ("America/New_York", "2026-11-01", "02:00", "2026-11-01T07:00"),
    # Dublin, where winter is the exception in law.
    ("Europe/Dublin", "2026-03-29", "01:30", "2026-03-29T01:30"),
    ("Europe/Dublin", "2026-10-25", "01:30", "2026-10-25T00:30"),
    ("Europe/Dublin", "2026-12-03", "18:30", "2026-12-03T18:30"),
    ("Europe/Dublin", "2026-06-03", "18:30", "2026-06-03T17:30"),
    # The southern hemisphere, and Lord Howe's half hour.
    ("Australia/Sydney", "2026-10-04", "02:30", "2026-10-03T16:30"),
    ("Australia/Sydney", "2026-04-05", "02:30", "2026-04-04T15:30"),
    ("Australia/Lord_Howe", "2026-10-04", "02:15", "2026-10-03T15:45"),
    ("Australia/Lord_Howe", "2026-04-05", "01:45", "2026-04-04T14:45"),
    ("America/Santiago", "2026-09-06", "00:30", "2026-09-06T04:30"),
    ("America/Santiago", "2026-04-04", "23:30", "2026-04-05T02:30"),
    ("Pacific/Auckland", "2026-09-27", "02:30", "2026-09-26T14:30"),
    # Midnight itself is skipped in Beirut and Havana.
    ("Asia/Beirut", "2026-03-29", "00:00", "2026-03-28T22:00"),
    ("America/Havana", "2026-03-08", "00:30", "2026-03-08T05:30"),
    # The weeks in which the United States and Europe have changed apart.
    ("America/New_York", "2026-03-16", "12:00", "2026-03-16T16:00"),
    ("Europe/Berlin", "2026-03-16", "17:00", "2026-03-16T16:00"),
    ("America/New_York", "2026-10-28", "12:00", "2026-10-28T16:00"),
    ("Europe/Berlin", "2026-10-28", "17:00", "2026-10-28T16:00"),
    # A leap day, and a year's end across the date line.
    ("Europe/Berlin", "2028-02-29", "10:00", "2028-02-29T09:00"),
    ("Pacific/Kiritimati", "2027-01-01", "00:30", "2026-12-31T10:30"),
]


@pytest.mark.parametrize(("name", "day", "wall", "instant"), TRAPS)
def test_a_wall_time_is_this_instant(name, day, wall, instant):
    expected = datetime.fromisoformat(instant).replace(tzinfo=UTC)
    assert wall_instant(date.fromisoformat(day), time.fromisoformat(wall), name) == expected


def test_a_fold_given_by_the_caller_changes_nothing():
    day = date(2026, 10, 25)
    assert wall_instant(day, time(2, 30, fold=1), "Europe/Berlin") == wall_instant(day, time(2, 30), "Europe/Berlin")
