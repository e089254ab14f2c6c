"""Time zones, from the pinned tzdata package alone.

Importing this module stops zoneinfo from reading the system's zone files: they differ from the package for several zones, and two hosts
of one clinic must agree on when a session is.
"""

from __future__ import annotations

import zoneinfo
from datetime import UTC, date, datetime, time
from functools import cache
from importlib import resources

import tzdata

from vtclinic.core.errors import Invalid

zoneinfo.reset_tzpath(to=())
# A zone read before this line may have come from the system.
zoneinfo.ZoneInfo.clear_cache()


@cache
def zone_names() -> frozenset[str]:
    """Return every name `zone` takes."""
    return frozenset(resources.files(tzdata).joinpath("zones").read_text(encoding="utf-8").split())


def zone(name: str) -> zoneinfo.ZoneInfo:
    """Return a zone by its IANA name; raises Invalid for a name the package does not have."""
    if name not in zone_names():
        raise Invalid(f"there is no time zone called {name!r}", hint="Choose a place such as Europe/Berlin.")
    return zoneinfo.ZoneInfo(name)


def zones_version() -> str:
    """Return the IANA release in use, such as 2026f: stored instants are computed anew when it changes."""
    return tzdata.IANA_VERSION


def wall_instant(day: date, wall: time, name: str) -> datetime:
    """Return, in UTC, the instant at which a clock in the zone shows this wall time.

    A skipped wall time shifts forward by the gap; a repeated one takes the earlier offset (RFC 5545 §3.3.5).
    """
    return datetime.combine(day, wall.replace(fold=0), tzinfo=zone(name)).astimezone(UTC)
